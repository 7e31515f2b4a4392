package io.staleorders.schedule;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Notices that the wall clock was set back, by time that only goes forward. */
final class ClockWatch {
  /** A clock that is steered goes a little slower now and then; that is not being set back. */
  private static final Duration TOLERANCE = Duration.ofSeconds(2);

  private final InstantSource wall;
  private Instant shown;
  private long tick;

  ClockWatch(InstantSource wall) {
    this.wall = wall;
    this.shown = wall.instant();
    this.tick = System.nanoTime();
  }

  /** Whether it was, since this was last asked. */
  boolean wasSetBack() {
    Instant shownBefore = shown;
    long tickBefore = tick;
    shown = wall.instant();
    tick = System.nanoTime();
    Duration passed = Duration.ofNanos(tick - tickBefore);
    return Duration.between(shownBefore, shown).plus(TOLERANCE).compareTo(passed) < 0;
  }
}
