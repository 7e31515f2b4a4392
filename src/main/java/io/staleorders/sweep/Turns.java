package io.staleorders.sweep;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * When each call of this copy goes out. After a standstill (of the machine, of the JVM) many slots
 * are late at once; their calls follow at about the distances of their slots, not in a burst, which
 * would pass the rate together with other copies' calls.
 */
final class Turns {
  private final long mostLate;
  private long lastTurn;

  /**
   * A slot of the rate.
   *
   * @param at its time, as a tick
   * @param distance least time from the call before to this one's, in nanoseconds
   */
  record Slot(long at, long distance) {}

  /**
   * @param mostLate how long after its time a slot may still be used
   * @param now a tick at which no slot was used yet
   */
  Turns(Duration mostLate, long now) {
    this.mostLate = mostLate.toNanos();
    this.lastTurn = now - Duration.ofHours(1).toNanos();
  }

  /**
   * Takes the turn of a slot; one that comes too late leaves its place to the next.
   *
   * @return the tick at which its call goes out, {@code now} at the soonest; empty if too late
   */
  synchronized OptionalLong take(Slot slot, long now) {
    long turn = later(later(slot.at(), now), lastTurn + slot.distance());
    if (turn - slot.at() > mostLate) {
      return OptionalLong.empty();
    }
    lastTurn = turn;
    return OptionalLong.of(turn);
  }

  /** Ticks may overflow, their difference does not. */
  private static long later(long a, long b) {
    return a - b > 0 ? a : b;
  }
}
