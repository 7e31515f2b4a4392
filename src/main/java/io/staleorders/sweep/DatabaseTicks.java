package io.staleorders.sweep;

import java.time.Duration;
import java.time.Instant;

/**
 * The database's time as ticks of this process. An answer says what the database's clock read at
 * some moment since it was asked; what was reckoned before stands as long as it agrees with that.
 * So slots keep their distances however long answers take, and a clock that is set is followed.
 */
final class DatabaseTicks {
  /**
   * What was reckoned too late is put right by this part of the time that goes by: slots come half
   * a millisecond a second closer to each other by it, which their distances allow for.
   */
  private static final long SLEW = 2_000;

  /** What was reckoned later than this is put right at once: a first answer that was slow. */
  private static final long LARGEST_SLEW = Duration.ofMillis(10).toNanos();

  private long epoch;
  private long seenAt;
  private boolean known;

  /**
   * Takes in an answer.
   *
   * @param clock what the database's clock read
   * @param asked the tick before
   * @param answered the tick after
   */
  void seen(Instant clock, long asked, long answered) {
    long tooEarly = asked - nanos(clock) - epoch;
    long tooLate = epoch - (answered - nanos(clock));
    if (!known) {
      epoch = answered - nanos(clock);
    } else if (tooEarly > 0) {
      epoch += tooEarly;
    } else if (tooLate > LARGEST_SLEW) {
      epoch -= tooLate;
    } else if (tooLate > 0) {
      epoch -= Math.min(tooLate, (answered - seenAt) / SLEW);
    }
    known = true;
    seenAt = answered;
  }

  /** The tick of a moment by the database's clock. */
  long at(Instant moment) {
    return epoch + nanos(moment);
  }

  private static long nanos(Instant time) {
    return Duration.between(Instant.EPOCH, time).toNanos();
  }
}
