package io.staleorders.sweep;

import java.time.Duration;

/**
 * When a pass looks for new orders again while others are called about. The look passes all that
 * wait for their calls, so with many of them it is slow, and takes time from what it looks for.
 */
final class LookPace {
  private static final Duration SHORTEST = Duration.ofMillis(200);
  private static final Duration LONGEST = Duration.ofSeconds(2);

  /** Looking takes at most so small a part of the time, up to the longest pause. */
  private static final int PART = 20;

  private long next = Ticker.now();

  boolean isDue() {
    return Ticker.isOver(next);
  }

  /** How long it is until then; negative, if it is due. */
  Duration untilDue() {
    return Ticker.until(next);
  }

  /**
   * It has been looked.
   *
   * @param begun the tick before
   */
  void looked(long begun) {
    next = Ticker.after(pauseAfter(Ticker.since(begun)));
  }

  /** How long nothing is looked for after a look that took so long. */
  static Duration pauseAfter(Duration look) {
    Duration pause = look.multipliedBy(PART);
    if (pause.compareTo(SHORTEST) < 0) {
      return SHORTEST;
    }
    return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }
}
