package io.staleorders.order;

import static io.staleorders.order.Given.ACCEPTED;
import static io.staleorders.order.Given.ASK;
import static io.staleorders.order.Given.DOUBTFUL;
import static io.staleorders.order.Given.MOMENT;
import static io.staleorders.order.Given.NOT_SENT;
import static io.staleorders.order.Given.NO_RESPONSE;
import static io.staleorders.order.Given.UNCLEAR;
import static io.staleorders.order.Given.absent;
import static io.staleorders.order.Given.decided;
import static io.staleorders.order.Given.decider;
import static io.staleorders.order.Given.order;
import static io.staleorders.order.Given.orderOfKnownMerchant;
import static io.staleorders.order.Given.unverified;
import static io.staleorders.order.Given.verified;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.CloseDecider.AfterClose;
import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.Decision.Retry;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What follows the reply to a close call, but for pauses and the last attempt. */
@Fast
class CloseDeciderCloseTest {
  private static final Duration HALF_A_MINUTE = Duration.ofSeconds(30);

  @Test
  void acceptedCloseIsConfirmedByAQuery() {
    assertThat(afterClose(ACCEPTED)).isEqualTo(ASK);
  }

  @Test
  void acceptedCloseIsEnoughWhereConfirmationIsOff() {
    assertThat(withoutConfirmation().afterClose(order(), ACCEPTED, MOMENT))
        .isEqualTo(decided(new Decision.Closed(Optional.empty())));
  }

  @Test
  void orderThatWasNotFoundIsAskedAboutEvenWhereConfirmationIsOff() {
    ClaimedOrder secondLook = order(absent(2), true, false);

    assertThat(withoutConfirmation().afterClose(secondLook, ACCEPTED, MOMENT)).isEqualTo(ASK);
  }

  @ParameterizedTest
  @EnumSource
  void unverifiedSuccessIsNeverEnough(VerificationFault fault) {
    assertThat(afterClose(unverified(fault))).isEqualTo(ASK);
    assertThat(withoutConfirmation().afterClose(order(), unverified(fault), MOMENT)).isEqualTo(ASK);
  }

  @Test
  void successThatCannotBeReadIsNeverEnough() {
    assertThat(afterClose(DOUBTFUL)).isEqualTo(ASK);
    assertThat(withoutConfirmation().afterClose(order(), DOUBTFUL, MOMENT)).isEqualTo(ASK);
    assertThat(decider().afterQuery(order(), DOUBTFUL, UNCLEAR, MOMENT))
        .isEqualTo(new Retry(RetryReason.UNCLEAR, Duration.ZERO, false, 0));
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "ORDER_CLOSED",
        "ORDER_PAID",
        "ORDER_NOT_EXIST",
        "PARAM_ERROR",
        "INVALID_REQUEST",
        "NEEDS_REVERSE",
        "TRADE_ERROR",
        "RULE_LIMIT",
        "OTHER"
      })
  void refusalIsAskedAboutWhetherVerifiedOrNot(Code code) {
    assertThat(afterClose(verified(400, code))).isEqualTo(ASK);
    assertThat(afterClose(unverified(400, code))).isEqualTo(ASK);
    assertThat(
            withoutConfirmation().afterClose(orderOfKnownMerchant(), verified(400, code), MOMENT))
        .isEqualTo(ASK);
  }

  @ParameterizedTest
  @EnumSource(names = {"USER_PAYING", "FREQUENCY_LIMITED"})
  void orderThatMayBeBeingPaidIsLeftInPeaceForHalfAMinute(Code code) {
    assertThat(afterClose(verified(429, code)))
        .isEqualTo(decided(new Retry(RetryReason.MAY_BE_PAYING, HALF_A_MINUTE, true, 0)));
    assertThat(afterClose(unverified(429, code)))
        .isEqualTo(decided(new Retry(RetryReason.MAY_BE_PAYING, HALF_A_MINUTE, false, 0)));
  }

  @Test
  void verified202ThatThePayerIsPayingIsWaitedFor() {
    assertThat(afterClose(verified(202, Code.USER_PAYING)))
        .isEqualTo(decided(new Retry(RetryReason.MAY_BE_PAYING, HALF_A_MINUTE, true, 0)));
  }

  @Test
  void unverified202IsAskedAboutAsAnyUnverifiedSuccess() {
    assertThat(afterClose(unverified(202, Code.USER_PAYING))).isEqualTo(ASK);
  }

  @Test
  void unknownOutcomeIsTriedAgain() {
    assertThat(afterClose(UNCLEAR))
        .isEqualTo(decided(new Retry(RetryReason.UNCLEAR, Duration.ZERO, false, 0)));
    assertThat(afterClose(NO_RESPONSE))
        .isEqualTo(decided(new Retry(RetryReason.NO_RESPONSE, Duration.ZERO, false, 0)));
  }

  @Test
  void closeThatWasNotSentCountsNothing() {
    assertThat(afterClose(NOT_SENT)).isEqualTo(decided(new Decision.Uncalled()));
    assertThat(withoutConfirmation().afterClose(order(), NOT_SENT, MOMENT))
        .isEqualTo(decided(new Decision.Uncalled()));
  }

  @Test
  void absencesOutliveACloseThatSaysNothing() {
    ClaimedOrder absentOnce = order(absent(1));

    assertThat(decider().afterClose(absentOnce, UNCLEAR, MOMENT))
        .isEqualTo(decided(new Retry(RetryReason.UNCLEAR, Duration.ZERO, false, 1)));
    assertThat(decider().afterClose(absentOnce, NO_RESPONSE, MOMENT))
        .isEqualTo(decided(new Retry(RetryReason.NO_RESPONSE, Duration.ZERO, false, 1)));
    assertThat(decider().afterClose(absentOnce, unverified(429, Code.FREQUENCY_LIMITED), MOMENT))
        .isEqualTo(decided(new Retry(RetryReason.MAY_BE_PAYING, HALF_A_MINUTE, false, 1)));
  }

  @Test
  void absencesEndWhenWeChatPaySaysThatSomebodyIsPaying() {
    assertThat(decider().afterClose(order(absent(1)), verified(202, Code.USER_PAYING), MOMENT))
        .isEqualTo(decided(new Retry(RetryReason.MAY_BE_PAYING, HALF_A_MINUTE, true, 0)));
  }

  private static AfterClose afterClose(Reply.ToClose reply) {
    return decider().afterClose(order(), reply, MOMENT);
  }

  private static CloseDecider withoutConfirmation() {
    return decider(false, NotFoundRule.AUTO);
  }
}
