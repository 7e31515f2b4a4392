package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

@Fast
class DatabaseTicksTest {
  private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

  private final DatabaseTicks ticks = new DatabaseTicks();

  @Example
  void quickAnswerMendsASlowFirstOne() {
    seen(0, 0, 80);

    seen(100, 99, 101);

    assertThat(at(300)).isEqualTo(301);
  }

  @Example
  void answersThatAreSlowForAWhileMoveNothing() {
    seen(0, 0, 2);

    for (long i = 1; i <= 100; i++) {
      seen(100 * i, 100 * i - 5, 100 * i + 80);
      assertThat(at(100 * i)).isEqualTo(100 * i + 2);
    }
  }

  /** So that slots come no closer to each other than their distances allow for. */
  @Example
  void fewMillisecondsTooLateArePutRightByHalfAMillisecondASecond() {
    seen(0, 0, 8);

    seen(2_000, 2_000, 2_002);
    assertThat(at(2_000)).isEqualTo(2_007);

    seen(4_000, 4_000, 4_002);
    assertThat(at(4_000)).isEqualTo(4_006);
  }

  @Example
  void clockThatIsSetIsFollowedForwardAndBack() {
    seen(0, 0, 2);

    seen(10_100, 99, 102);
    assertThat(at(10_300)).isEqualTo(302);

    seen(-4_800, 199, 202);
    assertThat(at(-4_700)).isBetween(299L, 302L);
  }

  @Property
  void anAnswersTimeIsReckonedToLieBetweenQuestionAndAnswer(
      @ForAll @LongRange(min = -100_000, max = 100_000) long first,
      @ForAll @LongRange(min = -100_000, max = 100_000) long second,
      @ForAll @IntRange(max = 1_000) int took) {
    DatabaseTicks anew = new DatabaseTicks();
    anew.seen(clock(first), 0, nanos(took));

    anew.seen(clock(second), nanos(5_000), nanos(5_000 + took));

    assertThat(anew.at(clock(second))).isBetween(nanos(5_000), nanos(5_000 + took + 10));
  }

  private void seen(long clock, long asked, long answered) {
    ticks.seen(clock(clock), nanos(asked), nanos(answered));
  }

  private long at(long clock) {
    return Duration.ofNanos(ticks.at(clock(clock))).toMillis();
  }

  private static Instant clock(long millis) {
    return START.plusMillis(millis);
  }

  private static long nanos(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }
}
