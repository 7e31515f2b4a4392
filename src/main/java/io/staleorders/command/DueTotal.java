package io.staleorders.command;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How many orders a command has to do with in all: what it has done and what is still due. Counting
 * what is due reads all of it, so between two counts the last one stands.
 */
final class DueTotal {
  private static final Duration SHORTEST = Duration.ofSeconds(2);

  /** Counting takes at most so small a part of the time. */
  private static final int PART = 20;

  private final LongSupplier due;
  private long total;
  private volatile long next = System.nanoTime();

  /**
   * @param due counts what is due now
   */
  DueTotal(LongSupplier due) {
    this.due = due;
  }

  /**
   * How far the command has come.
   *
   * @param done orders so far
   */
  synchronized Progress.Reached reached(long done) {
    long begun = System.nanoTime();
    if (begun - next >= 0) {
      // Set before, too: a count that fails is not repeated at once.
      next = begun + SHORTEST.toNanos();
      total = done + due.getAsLong();
      long took = System.nanoTime() - begun;
      next = begun + Math.max(SHORTEST.toNanos(), took * PART);
    }
    return new Progress.Reached(done, Math.max(total, done));
  }

  /** The next question counts. */
  void countAnew() {
    next = System.nanoTime();
  }
}
