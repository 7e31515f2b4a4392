package io.staleorders.order;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Exponential backoff: {@code first}, doubling to {@code max}, with jitter on the upper half, so
 * that a delay is between half and all of its step.
 */
public record Backoff(Duration first, Duration max, RandomGenerator random) {

  /**
   * How long to wait after an attempt.
   *
   * @param attempt that just ended, from 1
   */
  public Duration after(int attempt) {
    long full = doubled(first, attempt - 1, max).toMillis();
    return Duration.ofMillis(full / 2 + random.nextLong(full - full / 2 + 1));
  }

  /** {@code first} doubled so many times, {@code max} at the most. */
  public static Duration doubled(Duration first, int times, Duration max) {
    Duration delay = first;
    for (int i = 0; i < times && delay.compareTo(max) < 0; i++) {
      delay = delay.multipliedBy(2);
    }
    return delay.compareTo(max) < 0 ? delay : max;
  }
}
