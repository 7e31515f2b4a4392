package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

@Fast
class LookPaceTest {
  @Property
  void looksFollowWithinTwoSecondsAndNeverAtOnce(
      @ForAll @LongRange(min = 0, max = 60_000) long ms) {
    assertThat(LookPace.pauseAfter(Duration.ofMillis(ms)))
        .isBetween(Duration.ofMillis(200), Duration.ofSeconds(2));
  }

  @Property
  void aLookOfUpToATenthOfASecondTakesATwentiethOfTheTime(
      @ForAll @LongRange(min = 10, max = 100) long ms) {
    assertThat(LookPace.pauseAfter(Duration.ofMillis(ms))).isEqualTo(Duration.ofMillis(20 * ms));
  }

  @Test
  void afterALookThePassWaits() {
    LookPace pace = new LookPace();
    assertThat(pace.isDue()).isTrue();

    pace.looked(Ticker.now());

    assertThat(pace.isDue()).isFalse();
    assertThat(pace.untilDue()).isBetween(Duration.ofMillis(1), Duration.ofMillis(200));
  }
}
