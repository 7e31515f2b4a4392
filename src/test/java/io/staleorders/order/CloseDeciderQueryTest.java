package io.staleorders.order;

import static io.staleorders.order.Given.ACCEPTED;
import static io.staleorders.order.Given.MOMENT;
import static io.staleorders.order.Given.NOTPAY;
import static io.staleorders.order.Given.NOT_SENT;
import static io.staleorders.order.Given.NO_RESPONSE;
import static io.staleorders.order.Given.UNCLEAR;
import static io.staleorders.order.Given.UNVERIFIED;
import static io.staleorders.order.Given.absent;
import static io.staleorders.order.Given.decider;
import static io.staleorders.order.Given.found;
import static io.staleorders.order.Given.order;
import static io.staleorders.order.Given.orderOfKnownMerchant;
import static io.staleorders.order.Given.unverified;
import static io.staleorders.order.Given.verified;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Decision.Abandoned;
import io.staleorders.order.Decision.Closed;
import io.staleorders.order.Decision.Paid;
import io.staleorders.order.Decision.Retry;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the query's answer decides, but for orders not found, pauses and the last attempt. */
@Fast
class CloseDeciderQueryTest {
  private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

  @ParameterizedTest
  @EnumSource(names = {"CLOSED", "REVOKED"})
  void closedOrderIsClosedWhateverTheCloseCameTo(TradeState state) {
    Closed closed = new Closed(Optional.of(state));

    assertThat(afterQuery(ACCEPTED, found(state))).isEqualTo(closed);
    assertThat(afterQuery(UNVERIFIED, found(state))).isEqualTo(closed);
    assertThat(afterQuery(verified(400, Code.ORDER_PAID), found(state))).isEqualTo(closed);
    assertThat(afterQuery(verified(400, Code.PARAM_ERROR), found(state))).isEqualTo(closed);
  }

  @ParameterizedTest
  @EnumSource(names = {"SUCCESS", "REFUND"})
  void paidOrderIsNeverMarkedClosed(TradeState state) {
    Reply.Found paid =
        new Reply.Found(
            state, Optional.of("4200001"), Optional.of(Instant.parse("2026-03-08T07:00:00Z")));

    assertThat(afterQuery(ACCEPTED, paid))
        .isEqualTo(new Paid(state, paid.transactionId(), paid.paidAt()));
    assertThat(afterQuery(verified(400, Code.ORDER_CLOSED), paid))
        .isEqualTo(new Paid(state, paid.transactionId(), paid.paidAt()));
  }

  @ParameterizedTest
  @EnumSource(names = {"NOTPAY", "PAYERROR", "ACCEPT"})
  void orderStillUnpaidIsTriedAgain(TradeState state) {
    Retry retry = new Retry(RetryReason.NOT_CLOSED_YET, Duration.ZERO, true, 0);

    assertThat(afterQuery(ACCEPTED, found(state))).isEqualTo(retry);
    assertThat(afterQuery(UNVERIFIED, found(state))).isEqualTo(retry);
    assertThat(afterQuery(verified(400, Code.ORDER_CLOSED), found(state))).isEqualTo(retry);
    assertThat(afterQuery(verified(403, Code.TRADE_ERROR), found(state))).isEqualTo(retry);
    assertThat(afterQuery(verified(400, Code.OTHER), found(state))).isEqualTo(retry);
  }

  @Test
  void orderBeingPaidIsLeftInPeaceForHalfAMinute() {
    assertThat(afterQuery(ACCEPTED, found(TradeState.USERPAYING)))
        .isEqualTo(new Retry(RetryReason.MAY_BE_PAYING, HALF_A_MINUTE, true, 0));
    assertThat(afterQuery(ACCEPTED, verified(429, Code.FREQUENCY_LIMITED)))
        .isEqualTo(new Retry(RetryReason.MAY_BE_PAYING, HALF_A_MINUTE, true, 0));
    assertThat(afterQuery(UNVERIFIED, unverified(429, Code.FREQUENCY_LIMITED)))
        .isEqualTo(new Retry(RetryReason.MAY_BE_PAYING, HALF_A_MINUTE, false, 0));
  }

  @Test
  void orderWhoseCloseWasRefusedForAPayerIsLeftInPeaceWhateverTheQuerySays() {
    Reply.ToClose paying = unverified(202, Code.USER_PAYING);

    assertThat(afterQuery(paying, NOTPAY))
        .isEqualTo(new Retry(RetryReason.NOT_CLOSED_YET, HALF_A_MINUTE, true, 0));
    assertThat(afterQuery(paying, UNVERIFIED))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, HALF_A_MINUTE, false, 0));
    assertThat(afterQuery(paying, verified(404, Code.ORDER_NOT_EXIST)))
        .isEqualTo(new Retry(RetryReason.ABSENT, HALF_A_MINUTE, true, 1));
  }

  @Test
  void stateThatIsNotKnownHereDecidesNothing() {
    assertThat(afterQuery(ACCEPTED, found(TradeState.UNKNOWN)))
        .isEqualTo(new Retry(RetryReason.UNCLEAR, Duration.ZERO, true, 0));
  }

  @ParameterizedTest
  @EnumSource(names = {"PARAM_ERROR", "INVALID_REQUEST"})
  void wrongRequestAboutAnUnpaidOrderIsAbandonedOnceTheMerchantIsKnown(Code code) {
    Reply.ToClose refused = verified(400, code);
    Abandoned abandoned = new Abandoned(AbandonReason.CLOSE_REFUSED);

    assertThat(afterQueryOfKnown(refused, NOTPAY)).isEqualTo(abandoned);
    assertThat(afterQueryOfKnown(refused, found(TradeState.PAYERROR))).isEqualTo(abandoned);
    assertThat(afterQueryOfKnown(refused, found(TradeState.ACCEPT))).isEqualTo(abandoned);
  }

  @Test
  void orderThatCanOnlyBeReversedIsAbandonedWithThatReason() {
    assertThat(afterQueryOfKnown(verified(400, Code.NEEDS_REVERSE), NOTPAY))
        .isEqualTo(new Abandoned(AbandonReason.NEEDS_REVERSE));
  }

  @ParameterizedTest
  @EnumSource(names = {"PARAM_ERROR", "INVALID_REQUEST", "NEEDS_REVERSE"})
  void wrongSettingAbandonsNoOrder(Code code) {
    Retry retry = new Retry(RetryReason.NOT_CLOSED_YET, Duration.ZERO, true, 0);

    assertThat(afterQuery(verified(400, code), NOTPAY)).isEqualTo(retry);
  }

  @ParameterizedTest
  @EnumSource(names = {"PARAM_ERROR", "INVALID_REQUEST", "NEEDS_REVERSE"})
  void unverifiedRefusalAbandonsNoOrder(Code code) {
    Retry retry = new Retry(RetryReason.NOT_CLOSED_YET, Duration.ZERO, true, 0);

    assertThat(afterQueryOfKnown(unverified(400, code), NOTPAY)).isEqualTo(retry);
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "ORDER_CLOSED",
        "ORDER_PAID",
        "PARAM_ERROR",
        "INVALID_REQUEST",
        "NEEDS_REVERSE",
        "TRADE_ERROR",
        "RULE_LIMIT",
        "OTHER"
      })
  void refusedQueryDecidesNothing(Code code) {
    assertThat(afterQueryOfKnown(verified(400, code), verified(400, code)))
        .isEqualTo(new Retry(RetryReason.UNCLEAR, Duration.ZERO, true, 0));
    assertThat(afterQueryOfKnown(UNVERIFIED, unverified(400, code)))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, Duration.ZERO, false, 0));
  }

  @ParameterizedTest
  @EnumSource
  void unverifiedAnswerDecidesNothing(VerificationFault fault) {
    assertThat(afterQueryOfKnown(UNVERIFIED, unverified(fault)))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, Duration.ZERO, false, 0));
  }

  @Test
  void unknownOutcomeIsTriedAgain() {
    assertThat(afterQuery(UNVERIFIED, UNCLEAR))
        .isEqualTo(new Retry(RetryReason.UNCLEAR, Duration.ZERO, false, 0));
    assertThat(afterQuery(UNVERIFIED, NO_RESPONSE))
        .isEqualTo(new Retry(RetryReason.NO_RESPONSE, Duration.ZERO, false, 0));
  }

  @Test
  void queryThatWasNotSentCountsNothing() {
    assertThat(afterQuery(ACCEPTED, NOT_SENT)).isEqualTo(new Decision.Uncalled());
  }

  @Test
  void attemptIsAnsweredWhenItsCloseWas() {
    assertThat(afterQuery(ACCEPTED, NO_RESPONSE))
        .isEqualTo(new Retry(RetryReason.NO_RESPONSE, Duration.ZERO, true, 0));
    assertThat(afterQuery(verified(400, Code.ORDER_PAID), UNVERIFIED))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, Duration.ZERO, true, 0));
    assertThat(afterQuery(unverified(400, Code.ORDER_PAID), UNCLEAR))
        .isEqualTo(new Retry(RetryReason.UNCLEAR, Duration.ZERO, false, 0));
  }

  @Test
  void absencesOutliveAnAnswerThatCannotBeBelieved() {
    assertThat(afterQueryOfAbsent(UNVERIFIED))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, Duration.ZERO, true, 1));
    assertThat(afterQueryOfAbsent(NO_RESPONSE))
        .isEqualTo(new Retry(RetryReason.NO_RESPONSE, Duration.ZERO, true, 1));
    assertThat(afterQueryOfAbsent(unverified(400, Code.ORDER_PAID)))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, Duration.ZERO, true, 1));
  }

  @Test
  void absencesEndWithAnyOtherVerifiedAnswer() {
    assertThat(afterQueryOfAbsent(NOTPAY))
        .isEqualTo(new Retry(RetryReason.NOT_CLOSED_YET, Duration.ZERO, true, 0));
    assertThat(afterQueryOfAbsent(verified(400, Code.ORDER_PAID)))
        .isEqualTo(new Retry(RetryReason.UNCLEAR, Duration.ZERO, true, 0));
    assertThat(afterQueryOfAbsent(verified(429, Code.FREQUENCY_LIMITED)))
        .isEqualTo(new Retry(RetryReason.MAY_BE_PAYING, HALF_A_MINUTE, true, 0));
  }

  private static Decision afterQuery(Reply.ToClose close, Reply.ToQuery reply) {
    return decider().afterQuery(order(), close, reply, MOMENT);
  }

  private static Decision afterQueryOfKnown(Reply.ToClose close, Reply.ToQuery reply) {
    return decider().afterQuery(orderOfKnownMerchant(), close, reply, MOMENT);
  }

  private static Decision afterQueryOfAbsent(Reply.ToQuery reply) {
    return decider().afterQuery(order(absent(1)), ACCEPTED, reply, MOMENT);
  }
}
