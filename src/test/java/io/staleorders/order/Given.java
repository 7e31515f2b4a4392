package io.staleorders.order;

import io.staleorders.order.CloseDecider.AfterClose;
import io.staleorders.order.ClosePolicy.NotFoundRule;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** Orders, replies and moments that the tests of decisions begin with. */
final class Given {
  static final Instant NOW = Instant.parse("2026-03-08T07:30:00Z");
  static final Moment MOMENT = new Moment(NOW, Duration.ZERO);
  static final Duration RETRY_FOR = Duration.ofDays(7);
  static final MerchantId SUB_MCHID = new MerchantId("1900000109");

  static final AfterClose ASK = new AfterClose.Ask();

  static final Reply.Accepted ACCEPTED = new Reply.Accepted();
  static final Reply.Unclear UNCLEAR = new Reply.Unclear();
  static final Reply.DoubtfulSuccess DOUBTFUL = new Reply.DoubtfulSuccess();
  static final Reply.NoResponse NO_RESPONSE = new Reply.NoResponse();
  static final Reply.NotSent NOT_SENT = new Reply.NotSent();
  static final Reply.Unverified UNVERIFIED = unverified(VerificationFault.WRONG_SIGNATURE);
  static final Reply.Found NOTPAY = found(TradeState.NOTPAY);
  static final Reply.Refused ABSENT = verified(404, Code.ORDER_NOT_EXIST);

  private Given() {}

  static CloseDecider decider() {
    return decider(true, NotFoundRule.AUTO);
  }

  static CloseDecider decider(boolean confirm, NotFoundRule notFound) {
    return new CloseDecider(new ClosePolicy(confirm, notFound, RETRY_FOR));
  }

  /** A first attempt, for a merchant that WeChat Pay has not been seen to know. */
  static ClaimedOrder order() {
    return order(Progress.NONE, false, false);
  }

  static ClaimedOrder order(Progress progress) {
    return order(progress, false, false);
  }

  static ClaimedOrder orderOfKnownMerchant() {
    return order(Progress.NONE, false, true);
  }

  static ClaimedOrder order(Progress progress, boolean secondLook, boolean merchantKnown) {
    return new ClaimedOrder(
        new OutTradeNo("order-0001"),
        new Merchant(new MerchantId("1230000109"), SUB_MCHID),
        NOW.minus(Duration.ofDays(8)),
        new UUID(1, 2),
        progress,
        secondLook,
        merchantKnown);
  }

  /** So many answered attempts, the first of them so long ago. */
  static Progress tried(int answered, Duration ago) {
    return new Progress(answered + 3, answered, 0, 0, Optional.of(NOW.minus(ago)));
  }

  /** One attempt so far, with so many absences. */
  static Progress absent(int absences) {
    return new Progress(
        absences, absences, absences, 0, Optional.of(NOW.minus(Duration.ofHours(1))));
  }

  static Reply.Found found(TradeState state) {
    return new Reply.Found(state, Optional.empty(), Optional.empty());
  }

  static Reply.Refused verified(int status, Code code) {
    return new Reply.Refused(status, code, true, Optional.empty());
  }

  static Reply.Refused unverified(int status, Code code) {
    return new Reply.Refused(status, code, false, Optional.empty());
  }

  static Reply.Unverified unverified(VerificationFault fault) {
    return new Reply.Unverified(fault, Optional.empty());
  }

  static AfterClose decided(Decision decision) {
    return new AfterClose.Decided(decision);
  }
}
