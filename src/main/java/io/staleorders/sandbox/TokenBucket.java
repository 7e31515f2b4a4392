package io.staleorders.sandbox;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** So many requests a second, and a burst of one second's worth. */
final class TokenBucket {
  private final InstantSource clock;
  private double perSecond = Double.POSITIVE_INFINITY;
  private double tokens;
  private Instant filledAt = Instant.EPOCH;

  TokenBucket(InstantSource clock) {
    this.clock = clock;
  }

  /** Starts full. Infinity for no limit. */
  synchronized void limit(double newPerSecond) {
    perSecond = newPerSecond;
    tokens = newPerSecond;
    filledAt = clock.instant();
  }

  synchronized double perSecond() {
    return perSecond;
  }

  /** Whether one more request is within the limit. */
  synchronized boolean take() {
    if (Double.isInfinite(perSecond)) {
      return true;
    }
    Instant now = clock.instant();
    double seconds = Math.max(0, Duration.between(filledAt, now).toNanos() / 1e9);
    tokens = Math.min(Math.max(1, perSecond), tokens + seconds * perSecond);
    filledAt = now;
    if (tokens < 1) {
      return false;
    }
    tokens -= 1;
    return true;
  }
}
