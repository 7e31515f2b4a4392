package io.staleorders.sweep;

import java.time.Duration;

/** Time that only goes forward, for waiting and for leases: no clock that is set can harm them. */
final class Ticker {
  private Ticker() {}

  static long now() {
    return System.nanoTime();
  }

  static long after(Duration duration) {
    return System.nanoTime() + duration.toNanos();
  }

  static Duration until(long tick) {
    return Duration.ofNanos(tick - System.nanoTime());
  }

  static Duration since(long tick) {
    return Duration.ofNanos(System.nanoTime() - tick);
  }

  static boolean isOver(long tick) {
    return tick - System.nanoTime() <= 0;
  }
}
