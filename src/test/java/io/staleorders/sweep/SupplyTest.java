package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How many orders a copy holds, and when it hears that there is room for more. */
@Fast
class SupplyTest {
  private static final Duration MOMENT = Duration.ofMillis(1);
  private static final Duration LONG = Duration.ofSeconds(20);

  private double callsASecond = 50;
  private final Supply supply = new Supply(() -> callsASecond, 2, 500);

  @Test
  void claimsForThreeSecondsOfCallsAreHeld() {
    assertThat(supply.room()).isEqualTo(75);

    callsASecond = 0.1;
    assertThat(supply.room()).isEqualTo(1);

    callsASecond = 2_000;
    assertThat(supply.room()).isEqualTo(500);
  }

  @Test
  void moreIsPlentyUntilHalfIsUsedAndThenThereIsRoomAtOnce() {
    call(75);
    assertThat(supply.isPlenty()).isTrue();
    assertThat(supply.room()).isZero();

    answer(37);
    assertThat(supply.isPlenty()).isTrue();
    assertThat(wait(MOMENT)).as("nobody is woken yet").isGreaterThanOrEqualTo(MOMENT);
    answer(1);

    assertThat(supply.isPlenty()).isFalse();
    assertThat(wait(LONG)).isLessThan(LONG);
    assertThat(supply.room()).isEqualTo(38);
  }

  /** No answer makes the room then, and no later one would. */
  @Test
  void roomThatARisingRateMakesIsHeardOfWithTheNextAnswer() {
    call(40);
    assertThat(supply.room()).isZero();

    callsASecond = 60;
    answer(1);

    assertThat(wait(LONG)).isLessThan(LONG);
  }

  @Test
  void waitEndsWithTheLastOrder() {
    call(10);
    supply.room();
    answer(10);

    IntStream.range(0, 10).forEach(i -> supply.done());

    assertThat(supply.isUnderWay()).isFalse();
    assertThat(wait(LONG)).isLessThan(LONG);
  }

  private void call(int orders) {
    supply.claiming();
    supply.claimed(orders);
    IntStream.range(0, orders).forEach(i -> supply.calling());
  }

  private void answer(int orders) {
    IntStream.range(0, orders).forEach(i -> supply.answered());
  }

  private Duration wait(Duration atMost) {
    long begun = Ticker.now();
    supply.awaitRoom(atMost);
    return Ticker.since(begun);
  }
}
