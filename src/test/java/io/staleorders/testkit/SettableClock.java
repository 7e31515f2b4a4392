package io.staleorders.testkit;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until it is set or advanced; safe to share between threads. */
public final class SettableClock implements InstantSource {
  private final AtomicReference<Instant> now;

  /** Stands at {@code start}. */
  public SettableClock(Instant start) {
    now = new AtomicReference<>(start);
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  /** Puts the clock at {@code instant}, back too. */
  public void set(Instant instant) {
    now.set(instant);
  }

  /** Moves the clock on, back if {@code by} is negative; returns the new time. */
  public Instant advance(Duration by) {
    return now.updateAndGet(instant -> instant.plus(by));
  }
}
