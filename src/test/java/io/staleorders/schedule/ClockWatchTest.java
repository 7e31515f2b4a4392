package io.staleorders.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import io.staleorders.testkit.SettableClock;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

@Fast
class ClockWatchTest {
  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T12:00:00Z"));
  private final ClockWatch watch = new ClockWatch(clock);

  @Test
  void clockSetBackIsNoticedOnce() {
    clock.advance(Duration.ofMinutes(5).negated());

    assertThat(watch.wasSetBack()).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(watch.wasSetBack()).isFalse();
  }

  @Test
  void clockThatGoesOrIsSetForwardIsNone() {
    clock.advance(Duration.ofSeconds(1));
    assertThat(watch.wasSetBack()).isFalse();
    clock.advance(Duration.ofDays(1));
    assertThat(watch.wasSetBack()).isFalse();
  }
}
