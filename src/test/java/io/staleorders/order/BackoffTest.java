package io.staleorders.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.Random;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

@Fast
class BackoffTest {
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration MAX = Duration.ofMinutes(30);

  @Example
  void stepDoublesFromTheFirstDelayToTheLongest() {
    assertThat(Backoff.doubled(FIRST, 0, MAX)).isEqualTo(Duration.ofSeconds(10));
    assertThat(Backoff.doubled(FIRST, 1, MAX)).isEqualTo(Duration.ofSeconds(20));
    assertThat(Backoff.doubled(FIRST, 7, MAX)).isEqualTo(Duration.ofSeconds(1280));
    assertThat(Backoff.doubled(FIRST, 8, MAX)).isEqualTo(MAX);
    assertThat(Backoff.doubled(FIRST, Integer.MAX_VALUE, MAX)).isEqualTo(MAX);
  }

  @Example
  void firstAttemptIsFollowedByTheFirstDelay() {
    assertThat(delays(1)).allMatch(millis -> millis >= 5_000 && millis <= 10_000);
  }

  @Example
  void jitterReachesOverTheWholeUpperHalf() {
    LongSummary delays = LongSummary.of(delays(3));

    assertThat(delays.least()).isBetween(20_000L, 20_500L);
    assertThat(delays.greatest()).isBetween(39_500L, 40_000L);
  }

  @Property
  void delayIsBetweenHalfAndAllOfItsStep(
      @ForAll @LongRange(min = 0, max = 86_400_000) long firstMillis,
      @ForAll @LongRange(min = 0, max = 86_400_000) long moreMillis,
      @ForAll @IntRange(min = 1, max = 100_000) int attempt,
      @ForAll long seed) {
    Duration first = Duration.ofMillis(firstMillis);
    Duration max = first.plusMillis(moreMillis);
    Duration step = Backoff.doubled(first, attempt - 1, max);

    Duration delay = new Backoff(first, max, new Random(seed)).after(attempt);

    assertThat(step).isBetween(first, max);
    assertThat(delay).isBetween(step.dividedBy(2).minusMillis(1), step);
  }

  @Property
  void laterAttemptNeverWaitsForAShorterStep(@ForAll @IntRange(min = 0, max = 1000) int times) {
    assertThat(Backoff.doubled(FIRST, times + 1, MAX))
        .isGreaterThanOrEqualTo(Backoff.doubled(FIRST, times, MAX));
  }

  private static LongStream delays(int attempt) {
    Backoff backoff = new Backoff(FIRST, MAX, new Random(7));
    LongSupplier delay = () -> backoff.after(attempt).toMillis();
    return LongStream.generate(delay).limit(1000);
  }

  private record LongSummary(long least, long greatest) {
    static LongSummary of(LongStream values) {
      var summary = values.summaryStatistics();
      return new LongSummary(summary.getMin(), summary.getMax());
    }
  }
}
