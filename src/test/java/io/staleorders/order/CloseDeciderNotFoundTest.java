package io.staleorders.order;

import static io.staleorders.order.Given.ABSENT;
import static io.staleorders.order.Given.ACCEPTED;
import static io.staleorders.order.Given.MOMENT;
import static io.staleorders.order.Given.NOTPAY;
import static io.staleorders.order.Given.RETRY_FOR;
import static io.staleorders.order.Given.UNVERIFIED;
import static io.staleorders.order.Given.absent;
import static io.staleorders.order.Given.decider;
import static io.staleorders.order.Given.found;
import static io.staleorders.order.Given.order;
import static io.staleorders.order.Given.tried;
import static io.staleorders.order.Given.unverified;
import static io.staleorders.order.Given.verified;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Decision.NotFound;
import io.staleorders.order.Decision.Retry;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The not-found rule. */
@Fast
class CloseDeciderNotFoundTest {
  private static final Retry ABSENT_ONCE = new Retry(RetryReason.ABSENT, Duration.ZERO, true, 1);
  private static final boolean KNOWN = true;
  private static final boolean UNKNOWN = false;

  @ParameterizedTest
  @EnumSource
  void oneAbsenceIsNotBelieved(NotFoundRule rule) {
    ClaimedOrder first = order(Progress.NONE, false, KNOWN);

    assertThat(decide(rule, first)).isEqualTo(ABSENT_ONCE);
  }

  @Test
  void orderAbsentTwiceIsMarkedClosedUnderClose() {
    assertThat(decide(NotFoundRule.CLOSE, absentAgain(UNKNOWN)))
        .isEqualTo(new NotFound(true, true));
    assertThat(decide(NotFoundRule.CLOSE, absentAgain(KNOWN))).isEqualTo(new NotFound(true, true));
  }

  @Test
  void orderAbsentTwiceIsLeftAloneUnderKeep() {
    assertThat(decide(NotFoundRule.KEEP, absentAgain(UNKNOWN)))
        .isEqualTo(new NotFound(false, true));
    assertThat(decide(NotFoundRule.KEEP, absentAgain(KNOWN))).isEqualTo(new NotFound(false, true));
  }

  @Test
  void orderAbsentTwiceIsMarkedClosedUnderAutoOnceTheMerchantIsKnown() {
    assertThat(decide(NotFoundRule.AUTO, absentAgain(KNOWN))).isEqualTo(new NotFound(true, true));
  }

  @Test
  void wrongTableOrModeClosesNoOrderUnderAuto() {
    assertThat(decide(NotFoundRule.AUTO, absentAgain(UNKNOWN)))
        .isEqualTo(new Retry(RetryReason.ABSENT_MERCHANT_UNKNOWN, Duration.ZERO, true, 2));
    assertThat(decide(NotFoundRule.AUTO, order(absent(7), false, UNKNOWN)))
        .isEqualTo(new Retry(RetryReason.ABSENT_MERCHANT_UNKNOWN, Duration.ZERO, true, 8));
  }

  @ParameterizedTest
  @EnumSource
  void secondLookThatFindsNothingEndsTheMatter(NotFoundRule rule) {
    assertThat(decide(rule, order(absent(2), true, KNOWN))).isEqualTo(new NotFound(false, false));
    assertThat(decide(rule, order(absent(2), true, UNKNOWN))).isEqualTo(new NotFound(false, false));
  }

  @Test
  void secondLookFindsAnOrderThatCameToExist() {
    ClaimedOrder secondLook = order(absent(2), true, KNOWN);

    assertThat(decider().afterQuery(secondLook, ACCEPTED, found(TradeState.CLOSED), MOMENT))
        .isEqualTo(new Decision.Closed(Optional.of(TradeState.CLOSED)));
    assertThat(decider().afterQuery(secondLook, ACCEPTED, found(TradeState.SUCCESS), MOMENT))
        .isEqualTo(new Decision.Paid(TradeState.SUCCESS, Optional.empty(), Optional.empty()));
    assertThat(decider().afterQuery(secondLook, ACCEPTED, found(TradeState.NOTPAY), MOMENT))
        .isEqualTo(new Retry(RetryReason.NOT_CLOSED_YET, Duration.ZERO, true, 0));
  }

  /** Its row may be closed here by now: it must not stay payable there after one refusal. */
  @ParameterizedTest
  @EnumSource(names = {"PARAM_ERROR", "INVALID_REQUEST", "NEEDS_REVERSE"})
  void closeRefusedAtTheSecondLookIsTriedAgainUntilTheEnd(Code code) {
    Reply.ToClose refused = verified(400, code);
    ClaimedOrder secondLook = order(absent(2), true, KNOWN);
    ClaimedOrder last = order(tried(9, RETRY_FOR), true, KNOWN);

    assertThat(decider().afterQuery(secondLook, refused, NOTPAY, MOMENT))
        .isEqualTo(new Retry(RetryReason.NOT_CLOSED_YET, Duration.ZERO, true, 0));
    assertThat(decider().afterQuery(last, refused, NOTPAY, MOMENT))
        .isEqualTo(new Decision.Abandoned(AbandonReason.EXHAUSTED));
  }

  @Test
  void absenceCountsWhateverTheCloseSaid() {
    ClaimedOrder order = absentAgain(KNOWN);

    for (Reply.ToClose close :
        new Reply.ToClose[] {
          ACCEPTED,
          UNVERIFIED,
          ABSENT,
          unverified(404, Code.ORDER_NOT_EXIST),
          verified(400, Code.PARAM_ERROR),
          verified(400, Code.ORDER_PAID),
        }) {
      assertThat(decider().afterQuery(order, close, ABSENT, MOMENT))
          .isEqualTo(new NotFound(true, true));
    }
  }

  @ParameterizedTest
  @EnumSource
  void absenceThatIsNotVerifiedIsNone(NotFoundRule rule) {
    Reply.ToQuery unsigned = unverified(404, Code.ORDER_NOT_EXIST);

    assertThat(decider(true, rule).afterQuery(absentAgain(KNOWN), UNVERIFIED, unsigned, MOMENT))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, Duration.ZERO, false, 1));
    assertThat(
            decider(true, rule)
                .afterQuery(order(absent(2), true, KNOWN), UNVERIFIED, unsigned, MOMENT))
        .isEqualTo(new Retry(RetryReason.UNVERIFIED, Duration.ZERO, false, 2));
  }

  @ParameterizedTest
  @EnumSource
  void absenceUnderAnotherStatusIsNone(NotFoundRule rule) {
    assertThat(
            decider(true, rule)
                .afterQuery(
                    absentAgain(KNOWN), ACCEPTED, verified(400, Code.ORDER_NOT_EXIST), MOMENT))
        .isEqualTo(new Retry(RetryReason.UNCLEAR, Duration.ZERO, true, 0));
  }

  @Test
  void statusAloneIsNoAbsence() {
    assertThat(
            decider().afterQuery(absentAgain(KNOWN), ACCEPTED, verified(404, Code.OTHER), MOMENT))
        .isEqualTo(new Retry(RetryReason.UNCLEAR, Duration.ZERO, true, 0));
  }

  private static ClaimedOrder absentAgain(boolean merchantKnown) {
    return order(absent(1), false, merchantKnown);
  }

  private static Decision decide(NotFoundRule rule, ClaimedOrder order) {
    return decider(true, rule).afterQuery(order, ACCEPTED, ABSENT, MOMENT);
  }
}
