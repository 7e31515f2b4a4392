package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.sweep.Turns.Slot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class TurnsTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long MILLI = Duration.ofMillis(1).toNanos();

  private final Turns turns = new Turns(Duration.ofMillis(200), 0);

  @Example
  void callInTimeGoesOutAtOnce() {
    assertThat(take(10, 11)).hasValue(11 * MILLI);
    assertThat(take(9_000, 9_000)).hasValue(9_000 * MILLI);
  }

  @Example
  void callAfterAStandstillWaitsForTheDistanceOfItsSlot() {
    assertThat(take(10, 150)).hasValue(150 * MILLI);
    assertThat(take(20, 150)).hasValue(159 * MILLI);
    assertThat(take(30, 150)).hasValue(168 * MILLI);
  }

  @Example
  void slotThatIsTooLateLeavesItsPlaceToTheNext() {
    assertThat(take(10, 209)).hasValue(209 * MILLI);
    assertThat(take(20, 221)).isEmpty();
    assertThat(take(30, 221)).hasValue(221 * MILLI);
  }

  private OptionalLong take(long slotMillis, long nowMillis) {
    return turns.take(new Slot(slotMillis * MILLI, 9 * MILLI), nowMillis * MILLI);
  }

  /** Slots are a hundredth further apart than the rate: see RateStore. */
  @Property
  void turnsOfACopyNeverPassTheRateWhereverItStandsStill(
      @ForAll @IntRange(min = 1, max = 2_000) int rate, @ForAll long seed) {
    Random random = new Random(seed);
    Turns anew = new Turns(Duration.ofMillis(200), 0);
    long space = Math.round(1.01 * SECOND / rate);
    long awakeAt = 0;
    List<Long> sent = new ArrayList<>();
    for (long slot = space; slot < 4 * SECOND; slot += space) {
      if (random.nextInt(50) == 0) {
        awakeAt = Math.max(awakeAt, slot) + random.nextLong(250 * MILLI);
      }
      long distance = Math.round(0.995 * space);
      anew.take(new Slot(slot, distance), Math.max(slot, awakeAt)).ifPresent(sent::add);
    }

    assertThat(mostInASecond(sent)).isLessThanOrEqualTo(rate);
  }

  private static int mostInASecond(List<Long> sent) {
    int most = 0;
    int end = 0;
    for (int begin = 0; begin < sent.size(); begin++) {
      while (end < sent.size() && sent.get(end) < sent.get(begin) + SECOND) {
        end++;
      }
      most = Math.max(most, end - begin);
    }
    return most;
  }
}
