package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.Event;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.OrderState;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code CLOSE_NOT_FOUND}: orders that WeChat Pay says do not exist. */
class NotFoundTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final Duration CLOSE_DELAY = Duration.ofMinutes(15);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @BeforeEach
  void unknownNumbersAreNotPlaced() {
    rig.sandbox().orders().unknownAreAbsent(true);
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void oneAbsenceIsNotBelieved() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("GONE-01", DUE);

    rig.sweep();

    assertThat(shop.row("GONE-01"))
        .containsEntry("state", "RETRY")
        .containsEntry("reason", "ABSENT")
        .containsEntry("absences", "1");
    assertThat(shop.status("GONE-01")).isEqualTo("NOTPAY");
  }

  @Test
  void absencesOnTwoAttemptsCloseTheRow() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("GONE-01", DUE);

    absentTwice("GONE-01");

    assertThat(shop.row("GONE-01")).containsEntry("state", "NOT_FOUND");
    assertThat(shop.status("GONE-01")).isEqualTo("CLOSED");
  }

  @Test
  void absenceUnderAnotherSubMerchantDoesNotCount() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("GONE-01", DUE, "1900000555", "NOTPAY");
    rig.sweep();
    assertThat(shop.row("GONE-01")).containsEntry("absences", "1");
    shop.execute("UPDATE orders SET sub_mchid = ?", Shop.SUB_MCHID);

    rig.advanceToNextAttempt("GONE-01");
    rig.sweep();

    assertThat(shop.row("GONE-01")).containsEntry("state", "RETRY").containsEntry("absences", "1");
    assertThat(shop.status("GONE-01")).isEqualTo("NOTPAY");
  }

  /** The claim in between records the new sub-merchant, and asks nothing. */
  @Test
  void absenceUnderAnotherSubMerchantDoesNotCountAfterAnOrderWasGivenBackEither() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("GONE-01", DUE, "1900000555", "NOTPAY");
    rig.sweep();
    shop.execute("UPDATE orders SET sub_mchid = ?", Shop.SUB_MCHID);
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.NO_AUTH));
    rig.advanceToNextAttempt("GONE-01");
    rig.sweep();
    assertThat(shop.row("GONE-01")).containsEntry("sub_mchid", Shop.SUB_MCHID);
    rig.sandbox().faults().clear();

    rig.advance(Duration.ofMinutes(1));
    rig.sweep();

    assertThat(shop.row("GONE-01")).containsEntry("state", "RETRY").containsEntry("absences", "1");
    assertThat(shop.status("GONE-01")).isEqualTo("NOTPAY");
  }

  @Test
  void signed204ForAnOrderThatNeverWasIsNoClose() {
    rig.restart(Options.defaults().notFound(NotFoundRule.KEEP));
    shop.order("GHOST-1", DUE);
    shop.order("GHOSTPAID-1", DUE);

    absentTwice("GHOST-1");

    assertThat(shop.row("GHOST-1")).containsEntry("state", "NOT_FOUND");
    assertThat(shop.status("GHOST-1")).isEqualTo("NOTPAY");
    assertThat(shop.row("GHOSTPAID-1")).containsEntry("state", "PAID");
    assertThat(shop.status("GHOSTPAID-1")).isEqualTo("NOTPAY");
  }

  @Test
  void answerThatTheOrderExistsBetweenTwoAbsencesBeginsTheCountAnew() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("STAYS-1", DUE);
    rig.sweep();
    assertThat(shop.row("STAYS-1")).containsEntry("absences", "1");

    rig.sandbox().place("STAYS-1", Shop.SUB_MCHID);
    rig.advanceToNextAttempt("STAYS-1");
    rig.sweep();

    assertThat(shop.row("STAYS-1")).containsEntry("state", "RETRY").containsEntry("absences", "0");
  }

  @Test
  void underKeepTheRowIsLeftAloneForGood() {
    rig.restart(Options.defaults().notFound(NotFoundRule.KEEP));
    shop.order("GONE-01", DUE);
    absentTwice("GONE-01");

    rig.advance(CLOSE_DELAY);
    rig.sweep();
    int calls = rig.sandbox().requests().size();
    rig.advance(Duration.ofHours(1));
    rig.sweep();

    assertThat(shop.status("GONE-01")).isEqualTo("NOTPAY");
    assertThat(shop.row("GONE-01"))
        .containsEntry("state", "NOT_FOUND")
        .containsEntry("next_attempt_at", "");
    assertThat(rig.sandbox().requests()).hasSize(calls);
  }

  @Test
  void autoClosesNothingOfAMerchantThatWechatPayHasNeverKnown() {
    shop.orders("OTHER-CHANNEL-", 20, DUE, Shop.SUB_MCHID);

    for (int i = 0; i < 3; i++) {
      rig.sweep();
      rig.advance(Duration.ofMinutes(31));
    }

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isZero();
    assertThat(shop.row("OTHER-CHANNEL-7"))
        .containsEntry("state", "RETRY")
        .containsEntry("reason", "ABSENT_MERCHANT_UNKNOWN");
  }

  @Test
  void autoClosesOnceWechatPayHasKnownAnOrderOfTheSameMerchant() {
    shop.order("GONE-01", DUE);
    shop.order("GONE-02", DUE, "1900000222", "NOTPAY");
    absentTwice("GONE-01");
    assertThat(shop.row("GONE-01")).containsEntry("reason", "ABSENT_MERCHANT_UNKNOWN");
    rig.sandbox().place("KNOWN-1", Shop.SUB_MCHID);
    shop.order("KNOWN-1", DUE);
    rig.sweep();

    rig.advance(Duration.ofMinutes(31));
    rig.sweep();

    assertThat(shop.status("GONE-01")).isEqualTo("CLOSED");
    assertThat(shop.row("GONE-01")).containsEntry("state", "NOT_FOUND");
    assertThat(shop.status("GONE-02")).isEqualTo("NOTPAY");
    assertThat(shop.row("GONE-02")).containsEntry("state", "RETRY");
  }

  @Test
  void secondLookClosesAnOrderPlacedHalfASecondAfterItWasNotFound() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("GONE-01", DUE);
    absentTwice("GONE-01");
    rig.advance(Duration.ofMillis(500));
    rig.sandbox().place("GONE-01", Shop.SUB_MCHID);

    rig.advance(CLOSE_DELAY.minusSeconds(1));
    rig.sweep();
    assertThat(rig.sandbox().state("GONE-01")).isEqualTo(OrderState.NOTPAY);
    rig.advance(Duration.ofSeconds(1));
    rig.sweep();

    assertThat(rig.sandbox().state("GONE-01")).isEqualTo(OrderState.CLOSED);
    assertThat(shop.row("GONE-01")).containsEntry("state", "CLOSED");
    assertThat(shop.status("GONE-01")).isEqualTo("CLOSED");
  }

  @Test
  void orderFoundPaidAtTheSecondLookIsReported() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("GONE-01", DUE);
    absentTwice("GONE-01");
    rig.sandbox().place("GONE-01", Shop.SUB_MCHID);
    rig.sandbox().pay("GONE-01");

    try (Events events = Events.open()) {
      rig.advance(CLOSE_DELAY);
      rig.sweep();

      assertThat(events.of(Event.ORDER_PAID))
          .singleElement()
          .satisfies(line -> assertThat(line).containsEntry("out_trade_no", "GONE-01"));
    }
    assertThat(shop.row("GONE-01")).containsEntry("state", "PAID");
  }

  /** A 204 is sent for orders that do not exist, so at the second look it proves nothing alone. */
  @Test
  void secondLookAsksEvenWithoutConfirmation() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE).confirm(false));
    shop.order("GONE-01", DUE);
    absentTwice("GONE-01");
    rig.sandbox().script(facts -> Optional.of(Misbehaviour.GHOST));

    rig.advance(CLOSE_DELAY);
    rig.sweep();

    assertThat(shop.row("GONE-01"))
        .containsEntry("state", "NOT_FOUND")
        .containsEntry("next_attempt_at", "");
  }

  @Test
  void secondLookThatGetsNoAnswerIsRepeated() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("GONE-01", DUE);
    absentTwice("GONE-01");
    rig.sandbox().place("GONE-01", Shop.SUB_MCHID);
    rig.sandbox().faults().outage(true);
    rig.advance(CLOSE_DELAY);
    rig.sweep();
    assertThat(shop.row("GONE-01")).containsEntry("state", "NOT_FOUND");

    rig.sandbox().faults().outage(false);
    rig.advanceToNextAttempt("GONE-01");
    rig.sweep();

    assertThat(shop.row("GONE-01")).containsEntry("state", "CLOSED");
  }

  @Test
  void secondLookWhoseCloseIsRefusedIsRepeatedUntilTheOrderIsClosed() {
    closedHereAndPlacedThereAfterwards("GONE-01");
    rig.sandbox().script(facts -> Optional.of(Misbehaviour.PARAM_ERROR));
    rig.advance(CLOSE_DELAY);
    rig.sweep();
    assertThat(shop.row("GONE-01"))
        .containsEntry("state", "NOT_FOUND")
        .containsEntry("reason", "NOT_CLOSED_YET");

    rig.sandbox().script(facts -> Optional.empty());
    rig.advanceToNextAttempt("GONE-01");
    rig.sweep();

    assertThat(rig.sandbox().state("GONE-01")).isEqualTo(OrderState.CLOSED);
    assertThat(shop.row("GONE-01")).containsEntry("state", "CLOSED");
  }

  @Test
  void orderGivenUpAfterItsRowWasClosedIsSaidToBePayableStill() {
    closedHereAndPlacedThereAfterwards("GONE-01");
    rig.sandbox().script(facts -> Optional.of(Misbehaviour.PARAM_ERROR));

    try (Events events = Events.open()) {
      for (int attempt = 3; attempt <= 10; attempt++) {
        assertThat(events.of(Event.ORDER_ABANDONED)).isEmpty();
        rig.advance(Duration.ofDays(2));
        rig.sweep();
      }

      assertThat(events.of(Event.ORDER_ABANDONED)).hasSize(1);
      assertThat(events.messages())
          .contains(
              "GONE-01 given up: EXHAUSTED. Its row is closed here, but at WeChat Pay it is not:"
                  + " somebody can still pay it");
    }
    assertThat(shop.row("GONE-01"))
        .containsEntry("state", "ABANDONED")
        .containsEntry("reason", "EXHAUSTED");
    assertThat(shop.status("GONE-01")).isEqualTo("CLOSED");
    assertThat(rig.sandbox().state("GONE-01")).isEqualTo(OrderState.NOTPAY);
  }

  @Test
  void orderMadePaidByTheShopBeforeTheSecondLookIsNotCalledAbout() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("GONE-01", DUE);
    absentTwice("GONE-01");
    int calls = rig.sandbox().requests().size();
    shop.setStatus("GONE-01", "SUCCESS");

    rig.advance(CLOSE_DELAY);
    rig.sweep();

    assertThat(rig.sandbox().requests()).hasSize(calls);
    assertThat(shop.row("GONE-01")).containsEntry("state", "SUPERSEDED");
    assertThat(shop.status("GONE-01")).isEqualTo("SUCCESS");
  }

  /**
   * Of a merchant that is known, so that nothing but the second look keeps it from being given up.
   */
  private void closedHereAndPlacedThereAfterwards(String outTradeNo) {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    rig.sandbox().place("KNOWN-1", Shop.SUB_MCHID);
    shop.order("KNOWN-1", DUE);
    shop.order(outTradeNo, DUE);
    absentTwice(outTradeNo);
    assertThat(shop.status(outTradeNo)).isEqualTo("CLOSED");
    rig.sandbox().place(outTradeNo, Shop.SUB_MCHID);
  }

  private void absentTwice(String outTradeNo) {
    rig.sweep();
    rig.advanceToNextAttempt(outTradeNo);
    rig.sweep();
  }
}
