package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.OrderState;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When an order is tried again, and when it is given up. */
class RetryTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration MAX = Duration.ofMinutes(30);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void waitsDoubleFromTheFirstToTheLongest() {
    shop.order("STAYS-1", DUE);

    for (int attempt = 1; attempt <= 10; attempt++) {
      rig.sweep();
      Duration step = FIRST.multipliedBy(1L << (attempt - 1));
      Duration longest = step.compareTo(MAX) < 0 ? step : MAX;
      assertThat(shop.row("STAYS-1")).containsEntry("attempts", "" + attempt);
      assertThat(shop.untilNextAttempt("STAYS-1")).isBetween(longest.dividedBy(2), longest);
      rig.advanceToNextAttempt("STAYS-1");
    }
  }

  @Test
  void orderIsNotTriedBeforeItsTime() {
    shop.order("STAYS-1", DUE);
    rig.sweep();
    int calls = rig.sandbox().requests().size();

    rig.advance(shop.untilNextAttempt("STAYS-1").minusMillis(1));
    Duration untilNext = rig.sweep();

    assertThat(rig.sandbox().requests()).hasSize(calls);
    assertThat(untilNext).isEqualTo(Duration.ofMillis(1));
  }

  @Test
  void whereSomebodyMayBePayingItIsLeftInPeaceForHalfAMinute() {
    for (String prefix : new String[] {"PAYING", "USERPAYING", "FREQUENCYLIMITED"}) {
      shop.order(prefix + "-1", DUE);
    }

    rig.sweep();

    for (String prefix : new String[] {"PAYING", "USERPAYING", "FREQUENCYLIMITED"}) {
      assertThat(shop.untilNextAttempt(prefix + "-1")).isEqualTo(Duration.ofSeconds(30));
    }
    // This order's trouble slows nobody: the rate stays.
    assertThat(shop.count("order_closer.call_rate WHERE lowered_to IS NULL")).isEqualTo(1);
  }

  @Test
  void orderIsGivenUpAfterItsTimeAndTenAnsweredAttempts() {
    shop.order("STAYS-1", DUE);
    for (int attempt = 1; attempt <= 12; attempt++) {
      rig.sweep();
      rig.advanceToNextAttempt("STAYS-1");
    }
    assertThat(shop.row("STAYS-1")).containsEntry("state", "RETRY");
    rig.advance(Duration.ofDays(7));

    try (Events events = Events.open()) {
      rig.sweep();

      assertThat(events.of(Event.ORDER_ABANDONED))
          .singleElement()
          .satisfies(line -> assertThat(line).containsEntry("reason", "EXHAUSTED"));
    }
    assertThat(shop.row("STAYS-1"))
        .containsEntry("state", "ABANDONED")
        .containsEntry("reason", "EXHAUSTED")
        .containsEntry("next_attempt_at", "");
    assertThat(shop.status("STAYS-1")).isEqualTo("NOTPAY");
    // The last attempt closed and asked, as the others did.
    assertThat(rig.sandbox().requests("STAYS-1")).hasSize(26);
  }

  @Test
  void timeAloneGivesUpNoOrder() {
    shop.order("STAYS-1", DUE);
    rig.sweep();
    rig.advance(Duration.ofDays(8));

    for (int answered = 2; answered <= 9; answered++) {
      rig.sweep();
      assertThat(shop.row("STAYS-1"))
          .containsEntry("state", "RETRY")
          .containsEntry("answered", "" + answered);
      rig.advanceToNextAttempt("STAYS-1");
    }

    rig.sweep();
    assertThat(shop.row("STAYS-1")).containsEntry("reason", "EXHAUSTED");
  }

  @Test
  void weekOfOutageCostsNoOrderItsChances() {
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    rig.sandbox().faults().outage(true);
    for (int i = 0; i < 24; i++) {
      rig.sweep();
      rig.advance(Duration.ofHours(8));
    }
    assertThat(shop.states()).hasSize(30).doesNotContainValue("ABANDONED");
    assertThat(shop.count("order_closer.order_close WHERE answered > 0")).isZero();

    rig.sandbox().faults().outage(false);
    rig.sweep();
    rig.advance(MAX);
    rig.sweep();

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(30);
  }

  @Test
  void weekOfAnswersThatCannotBeBelievedGivesUpNoOrder() {
    shop.order("UNSIGNED-1", DUE);
    for (int i = 0; i < 15; i++) {
      rig.sweep();
      rig.advance(Duration.ofHours(16));
    }
    assertThat(shop.row("UNSIGNED-1"))
        .containsEntry("state", "RETRY")
        .containsEntry("attempts", "15")
        .containsEntry("answered", "0");
  }

  /** The close call had no answer, so only asking can tell that it was carried out. */
  @Test
  void answerThatWasLostIsFoundByTheNextAttempt() {
    rig.sandbox().script(facts -> Optional.of(Misbehaviour.RESET_AFTER));
    shop.order("ORDER-1", DUE);
    rig.sweep();
    assertThat(shop.status("ORDER-1")).isEqualTo("NOTPAY");
    assertThat(rig.sandbox().state("ORDER-1")).isEqualTo(OrderState.CLOSED);

    rig.sandbox().script(facts -> Optional.empty());
    rig.advanceToNextAttempt("ORDER-1");
    rig.sweep();

    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  @Test
  void orderThatStoppedBeingUnpaidBetweenAttemptsIsNotCalledAboutAgain() {
    shop.order("STAYS-1", DUE);
    shop.order("STAYS-2", DUE);
    rig.sweep();
    int calls = rig.sandbox().requests().size();
    shop.setStatus("STAYS-1", "SUCCESS");
    shop.execute("DELETE FROM orders WHERE out_trade_no = 'STAYS-2'");

    rig.advance(MAX);
    rig.sweep();

    assertThat(rig.sandbox().requests()).hasSize(calls);
    assertThat(shop.states()).hasSize(2).values().containsOnly("SUPERSEDED");
  }
}
