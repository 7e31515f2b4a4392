package io.staleorders.sweep;

import java.time.Duration;

/**
 * How long a claim holds, by time that only goes forward. It is taken to begin before the claiming
 * statement was sent, so it never seems longer than it is.
 */
record Lease(long endsAt) {
  static Lease begunAt(long tick, Duration length) {
    return new Lease(tick + length.toNanos());
  }

  boolean isOver() {
    return Ticker.isOver(endsAt);
  }

  boolean has(Duration needed) {
    return Ticker.until(endsAt).compareTo(needed) >= 0;
  }
}
