package io.staleorders.sweep;

import java.time.Duration;
import java.time.Instant;

/**
 * The database's time as ticks of this process. An answer says what the database's clock read at
 * some moment since it was asked; what was reckoned before stands as long as it agrees with that.
 * So slots keep their distances however long answers take, and a clock that is set is followed.
 */
final class DatabaseTicks {
  /** How far a slow answer moves what was reckoned: the way to the database may be longer now. */
  private static final long CREEP = Duration.ofMillis(1).toNanos();

  private long epoch;
  private boolean known;

  /** Whether an answer has been taken in. */
  boolean areKnown() {
    return known;
  }

  /**
   * Takes in an answer.
   *
   * @param clock what the database's clock read
   * @param asked the tick before
   * @param answered the tick after
   */
  void seen(Instant clock, long asked, long answered) {
    long earliest = asked - nanos(clock);
    long latest = answered - nanos(clock);
    long crept = epoch + CREEP;
    if (!known || crept - latest > 0) {
      epoch = latest;
    } else {
      epoch = crept - earliest < 0 ? earliest : crept;
    }
    known = true;
  }

  /** The tick of a moment by the database's clock. */
  long at(Instant moment) {
    return epoch + nanos(moment);
  }

  private static long nanos(Instant time) {
    return Duration.between(Instant.EPOCH, time).toNanos();
  }
}
