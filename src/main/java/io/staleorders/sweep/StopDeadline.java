package io.staleorders.sweep;

import java.time.Duration;

/**
 * When each part of a stop ends. It is made once and handed to every part, so that their limits do
 * not add up: whatever the database and WeChat Pay do, a stop takes at most {@code SHUTDOWN_GRACE}
 * and 2 s.
 */
public final class StopDeadline {
  /** From the end of the grace on: calls that were cut off return. */
  private static final Duration TO_RETURN = Duration.ofMillis(300);

  /** From the end of the grace on: results of calls that were cut off are recorded. */
  private static final Duration TO_RECORD = Duration.ofMillis(800);

  /** From the end of the grace on: connections are closed. */
  private static final Duration TO_CLOSE = Duration.ofMillis(950);

  /** From the end of the grace on: all ends. */
  private static final Duration TO_END = Duration.ofMillis(1_100);

  private final long graceEnd;

  private StopDeadline(long graceEnd) {
    this.graceEnd = graceEnd;
  }

  /**
   * The deadline of a stop that was requested at a given moment.
   *
   * @param tick {@link System#nanoTime} at the request
   * @param grace {@code SHUTDOWN_GRACE}
   */
  public static StopDeadline from(long tick, Duration grace) {
    return new StopDeadline(tick + grace.toNanos());
  }

  /** The deadline of a stop that begins now. */
  public static StopDeadline after(Duration grace) {
    return from(Ticker.now(), grace);
  }

  /** Time left for calls in flight; zero once it is over. */
  public Duration forCalls() {
    return left(Duration.ZERO);
  }

  /** Time left for calls that were cut off to return; zero once it is over. */
  Duration toReturn() {
    return left(TO_RETURN);
  }

  /** Time left to record results; zero once it is over. */
  public Duration toRecord() {
    return left(TO_RECORD);
  }

  /** Time left to close connections; zero once it is over. */
  public Duration toClose() {
    return left(TO_CLOSE);
  }

  /** Time left for all of the stop; zero once it is over. */
  public Duration toEnd() {
    return left(TO_END);
  }

  private Duration left(Duration afterGrace) {
    Duration left = Ticker.until(graceEnd + afterGrace.toNanos());
    return left.isNegative() ? Duration.ZERO : left;
  }
}
