package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** This machine's clock against the database's and WeChat Pay's. */
class ClockOffTest {
  private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  @Timeout(30)
  void copyWhoseClockIsWrongStopsCallingAndPausesNobody() {
    shop.orders("ORDER-", 100, Duration.ofMinutes(20), Shop.SUB_MCHID);
    setOursBack();

    try (Events events = Events.open()) {
      rig.sweep();

      assertThat(events.of(Event.CLOCK_OFF))
          .singleElement()
          .satisfies(line -> assertThat(line).containsEntry("off_seconds", "-600"));
    }
    assertThat(shop.count("order_closer.pause")).isZero();
    assertThat(shop.count("order_closer.order_close WHERE state = 'DUE' AND attempts = 0"))
        .isEqualTo(100);
    int calls = rig.sandbox().requests().size();
    assertThat(calls).isLessThanOrEqualTo(64);
    rig.sweep();
    assertThat(rig.sandbox().requests()).hasSize(calls);
  }

  @Test
  void callingGoesOnOnceTheClockIsRight() {
    shop.order("ORDER-1", Duration.ofMinutes(20));
    setOursBack();
    rig.sweep();

    rig.sandbox().faults().clockAhead(Duration.ZERO);
    rig.advance(Duration.ofSeconds(1));
    rig.sweep();

    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  @Test
  void whereOnlyWechatPaysClockDiffersTheAccountIsPaused() {
    shop.order("ORDER-1", Duration.ofMinutes(20));
    rig.sandbox().faults().clockAhead(TEN_MINUTES);

    rig.sweep();

    assertThat(shop.text("SELECT scope || ' ' || code FROM order_closer.pause"))
        .isEqualTo("account SIGN_ERROR");
  }

  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD, unit = TimeUnit.SECONDS)
  void sweepEndsThoughAPauseWantsToBeProbedThatThisCopyMayNotProbe() {
    shop.order("ORDER-1", Duration.ofMinutes(20));
    setOursBack();
    rig.sweep();
    shop.execute(
        "INSERT INTO order_closer.pause SELECT 'account', 'OUTAGE', NULL, now, now, 1"
            + " FROM testkit.clock");

    Duration untilNext = rig.sweep();

    assertThat(untilNext).isPositive();
    assertThat(shop.count("order_closer.pause")).isEqualTo(1);
  }

  private void setOursBack() {
    rig.clock().advance(TEN_MINUTES.negated());
    rig.sandbox().faults().clockAhead(TEN_MINUTES);
  }
}
