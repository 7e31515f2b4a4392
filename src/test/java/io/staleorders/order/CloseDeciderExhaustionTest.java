package io.staleorders.order;

import static io.staleorders.order.Given.ABSENT;
import static io.staleorders.order.Given.ACCEPTED;
import static io.staleorders.order.Given.ASK;
import static io.staleorders.order.Given.MOMENT;
import static io.staleorders.order.Given.NOTPAY;
import static io.staleorders.order.Given.NO_RESPONSE;
import static io.staleorders.order.Given.RETRY_FOR;
import static io.staleorders.order.Given.UNCLEAR;
import static io.staleorders.order.Given.UNVERIFIED;
import static io.staleorders.order.Given.decider;
import static io.staleorders.order.Given.found;
import static io.staleorders.order.Given.order;
import static io.staleorders.order.Given.tried;
import static io.staleorders.order.Given.unverified;
import static io.staleorders.order.Given.verified;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Decision.Abandoned;
import io.staleorders.order.Decision.NotFound;
import io.staleorders.order.Decision.Retry;
import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** When an order is given up. */
@Fast
class CloseDeciderExhaustionTest {
  private static final Abandoned EXHAUSTED = new Abandoned(AbandonReason.EXHAUSTED);
  private static final ClaimedOrder LAST = order(tried(9, RETRY_FOR));

  static List<Reply.ToQuery> verifiedAnswersThatSettleNothing() {
    return List.of(
        NOTPAY,
        found(TradeState.PAYERROR),
        found(TradeState.ACCEPT),
        found(TradeState.USERPAYING),
        found(TradeState.UNKNOWN),
        verified(400, Code.PARAM_ERROR),
        verified(429, Code.FREQUENCY_LIMITED),
        verified(400, Code.ORDER_NOT_EXIST),
        ABSENT);
  }

  static List<Reply.ToQuery> answersThatCannotBeBelieved() {
    return List.of(
        UNCLEAR,
        NO_RESPONSE,
        UNVERIFIED,
        unverified(400, Code.PARAM_ERROR),
        unverified(429, Code.FREQUENCY_LIMITED),
        unverified(404, Code.ORDER_NOT_EXIST));
  }

  static List<Reply.ToClose> closesThatLeaveAllOpen() {
    return List.of(
        UNCLEAR,
        NO_RESPONSE,
        verified(202, Code.USER_PAYING),
        verified(429, Code.FREQUENCY_LIMITED),
        unverified(429, Code.FREQUENCY_LIMITED));
  }

  @ParameterizedTest
  @MethodSource("verifiedAnswersThatSettleNothing")
  void tenthAnswerAfterTheLastDayGivesUp(Reply.ToQuery answer) {
    assertThat(afterQuery(LAST, answer)).isEqualTo(EXHAUSTED);
  }

  @Test
  void onlyTheTenthAnswerAfterTheLastDayIsTheLast() {
    assertThat(decider().isExhausted(LAST, MOMENT)).isTrue();
    assertThat(decider().isExhausted(order(tried(8, RETRY_FOR)), MOMENT)).isFalse();
    assertThat(decider().isExhausted(order(tried(9, RETRY_FOR.minusNanos(1))), MOMENT)).isFalse();
  }

  @ParameterizedTest
  @MethodSource("verifiedAnswersThatSettleNothing")
  void ninthAnswerDoesNotGiveUpHoweverLate(Reply.ToQuery answer) {
    assertThat(afterQuery(order(tried(8, Duration.ofDays(365))), answer)).isInstanceOf(Retry.class);
  }

  @ParameterizedTest
  @MethodSource("verifiedAnswersThatSettleNothing")
  void hundredthAnswerDoesNotGiveUpBeforeTheLastDayIsOver(Reply.ToQuery answer) {
    assertThat(afterQuery(order(tried(99, RETRY_FOR.minusMillis(1))), answer))
        .isInstanceOf(Retry.class);
  }

  @Test
  void orderNeverTriedBeforeIsNotGivenUp() {
    ClaimedOrder order = order(new Progress(99, 99, 0, 0, Optional.empty()));

    assertThat(afterQuery(order, NOTPAY)).isInstanceOf(Retry.class);
  }

  @ParameterizedTest
  @MethodSource("answersThatCannotBeBelieved")
  void answerThatCannotBeBelievedGivesUpNoOrder(Reply.ToQuery answer) {
    assertThat(afterQuery(LAST, answer)).isInstanceOf(Retry.class);
    assertThat(afterQuery(order(tried(99, Duration.ofDays(365))), answer))
        .isInstanceOf(Retry.class);
  }

  @Test
  void lastAnswerThatSettlesTheOrderDoes() {
    assertThat(afterQuery(LAST, found(TradeState.CLOSED)))
        .isEqualTo(new Decision.Closed(Optional.of(TradeState.CLOSED)));
    assertThat(afterQuery(LAST, found(TradeState.SUCCESS)))
        .isEqualTo(new Decision.Paid(TradeState.SUCCESS, Optional.empty(), Optional.empty()));
  }

  @Test
  void lastAnswerThatTheOrderIsAbsentAgainIsBelieved() {
    ClaimedOrder absentBefore =
        order(new Progress(9, 9, 1, 0, tried(9, RETRY_FOR).firstAttemptAt()), false, true);

    assertThat(afterQuery(absentBefore, ABSENT)).isEqualTo(new NotFound(true, true));
  }

  @Test
  void orderAbsentForAMerchantNeverKnownIsGivenUpInTheEnd() {
    ClaimedOrder absentBefore =
        order(new Progress(9, 9, 9, 0, tried(9, RETRY_FOR).firstAttemptAt()), false, false);

    assertThat(afterQuery(absentBefore, ABSENT)).isEqualTo(EXHAUSTED);
  }

  @ParameterizedTest
  @MethodSource("closesThatLeaveAllOpen")
  void lastAttemptClosesAndAsks(Reply.ToClose close) {
    assertThat(decider().afterClose(LAST, close, MOMENT)).isEqualTo(ASK);
    assertThat(decider().afterQuery(LAST, close, NOTPAY, MOMENT)).isEqualTo(EXHAUSTED);
  }

  /** Else an order whose closes are never answered would never be asked about, paid or not. */
  @ParameterizedTest
  @MethodSource("closesThatLeaveAllOpen")
  void orderTriedForTooLongIsAskedAboutThoughNoCloseWasAnswered(Reply.ToClose close) {
    ClaimedOrder unanswered = order(tried(0, RETRY_FOR));

    assertThat(decider().afterClose(unanswered, close, MOMENT)).isEqualTo(ASK);
    assertThat(decider().afterQuery(unanswered, close, NOTPAY, MOMENT)).isInstanceOf(Retry.class);
  }

  @ParameterizedTest
  @MethodSource("closesThatLeaveAllOpen")
  void orderStillTriedIsNotAskedAbout(Reply.ToClose close) {
    assertThat(decider().afterClose(order(tried(99, RETRY_FOR.minusMillis(1))), close, MOMENT))
        .isNotEqualTo(ASK);
    assertThat(decider().afterClose(order(), close, MOMENT)).isNotEqualTo(ASK);
  }

  @Test
  void closeAcceptedAtLastIsEnoughWhereConfirmationIsOff() {
    assertThat(decider(false, NotFoundRule.AUTO).afterClose(LAST, ACCEPTED, MOMENT))
        .isEqualTo(Given.decided(new Decision.Closed(Optional.empty())));
  }

  @ParameterizedTest
  @EnumSource(names = {"RATELIMIT_EXCEEDED", "SIGN_ERROR", "NO_AUTH", "MCH_NOT_EXISTS"})
  void faultOfAWholeScopeCostsNoOrderItsChances(Code code) {
    assertThat(decider().afterQuery(LAST, ACCEPTED, verified(403, code), MOMENT))
        .isInstanceOf(Decision.GiveBack.class);
  }

  private static Decision afterQuery(ClaimedOrder order, Reply.ToQuery reply) {
    return decider().afterQuery(order, ACCEPTED, reply, MOMENT);
  }
}
