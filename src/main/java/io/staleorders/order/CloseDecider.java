package io.staleorders.order;

import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.order.Reply.Accepted;
import io.staleorders.order.Reply.DoubtfulSuccess;
import io.staleorders.order.Reply.Found;
import io.staleorders.order.Reply.NoResponse;
import io.staleorders.order.Reply.NotSent;
import io.staleorders.order.Reply.Refused;
import io.staleorders.order.Reply.Unclear;
import io.staleorders.order.Reply.Unverified;
import java.time.Duration;
import java.util.Optional;

/**
 * From an order and what WeChat Pay answered to what is done: a pure function.
 *
 * <p>An answer that is not verified may make the service wait or ask, and nothing else.
 */
public final class CloseDecider {
  /** One answer that an order does not exist is not believed. */
  private static final int ABSENCES_BEFORE_NOT_FOUND = 2;

  private static final Duration FIRST_RATE_WAIT = Duration.ofSeconds(2);
  private static final Duration MAX_RATE_WAIT = Duration.ofMinutes(1);
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

  private final ClosePolicy policy;
  private final RetryRule retries;

  public CloseDecider(ClosePolicy policy) {
    this.policy = policy;
    this.retries = new RetryRule(policy.retryFor());
  }

  /** What follows a close call: a decision, or the query that decides. */
  public sealed interface AfterClose {
    /** Nothing more is asked. */
    record Decided(Decision decision) implements AfterClose {}

    /** The query's answer decides. */
    record Ask() implements AfterClose {}
  }

  /**
   * What follows the reply to a close call. An order that WeChat Pay did not know is always asked
   * about: a 204 is sent for orders it never saw.
   */
  public AfterClose afterClose(ClaimedOrder order, Reply.ToClose reply, Moment moment) {
    return switch (reply) {
      case Accepted() ->
          policy.confirm() || order.secondLook()
              ? new AfterClose.Ask()
              : new AfterClose.Decided(new Decision.Closed(Optional.empty()));
      case Refused refused -> afterRefusedClose(order, refused, moment);
      case Unverified unverified ->
          clockOff(unverified, moment)
              .<AfterClose>map(AfterClose.Decided::new)
              .orElse(new AfterClose.Ask());
      case DoubtfulSuccess() -> new AfterClose.Ask();
      case Unclear() -> retryOrAsk(order, RetryReason.UNCLEAR, reply, moment);
      case NoResponse() -> retryOrAsk(order, RetryReason.NO_RESPONSE, reply, moment);
      case NotSent() -> new AfterClose.Decided(new Decision.Uncalled());
    };
  }

  /** What the query's answer decides, after a close that was answered by {@code close}. */
  public Decision afterQuery(
      ClaimedOrder order, Reply.ToClose close, Reply.ToQuery reply, Moment moment) {
    return switch (reply) {
      case Found found -> afterFound(order, close, found, moment);
      case Refused refused -> afterRefusedQuery(order, close, refused, moment);
      case Unverified unverified ->
          clockOff(unverified, moment)
              .orElseGet(
                  () -> retries.afterQuery(order, RetryReason.UNVERIFIED, close, reply, moment));
      case Unclear() -> retries.afterQuery(order, RetryReason.UNCLEAR, close, reply, moment);
      case NoResponse() -> retries.afterQuery(order, RetryReason.NO_RESPONSE, close, reply, moment);
      case NotSent() -> new Decision.Uncalled();
    };
  }

  /** Whether the order is given up if an answered attempt made now does not resolve it. */
  public boolean isExhausted(ClaimedOrder order, Moment moment) {
    return retries.isExhausted(order, moment);
  }

  private AfterClose afterRefusedClose(ClaimedOrder order, Refused refused, Moment moment) {
    return switch (refused.code()) {
      case ORDER_CLOSED,
          ORDER_PAID,
          ORDER_NOT_EXIST,
          PARAM_ERROR,
          INVALID_REQUEST,
          NEEDS_REVERSE,
          TRADE_ERROR,
          RULE_LIMIT,
          OTHER ->
          new AfterClose.Ask();
      case USER_PAYING, FREQUENCY_LIMITED ->
          refused.isUnverifiedSuccess()
              ? new AfterClose.Ask()
              : retryOrAsk(order, RetryReason.MAY_BE_PAYING, refused, moment);
      case RATELIMIT_EXCEEDED -> new AfterClose.Decided(rateLimited(order));
      case SIGN_ERROR -> new AfterClose.Decided(ourFault(refused, moment));
      case NO_AUTH, MCH_NOT_EXISTS, ACCOUNT_ERROR ->
          new AfterClose.Decided(subMerchantFault(order, refused));
    };
  }

  private Decision afterRefusedQuery(
      ClaimedOrder order, Reply.ToClose close, Refused refused, Moment moment) {
    return switch (refused.code()) {
      case ORDER_NOT_EXIST ->
          refused.verified() && refused.status() == 404
              ? absent(order, close, moment)
              : retries.afterQuery(order, RetryRule.reasonOf(refused), close, refused, moment);
      case USER_PAYING,
          FREQUENCY_LIMITED,
          ORDER_CLOSED,
          ORDER_PAID,
          PARAM_ERROR,
          INVALID_REQUEST,
          NEEDS_REVERSE,
          TRADE_ERROR,
          RULE_LIMIT,
          OTHER ->
          retries.afterQuery(order, RetryRule.reasonOf(refused), close, refused, moment);
      case RATELIMIT_EXCEEDED -> rateLimited(order);
      case SIGN_ERROR -> ourFault(refused, moment);
      case NO_AUTH, MCH_NOT_EXISTS, ACCOUNT_ERROR -> subMerchantFault(order, refused);
    };
  }

  private Decision afterFound(ClaimedOrder order, Reply.ToClose close, Found found, Moment moment) {
    return switch (found.tradeState()) {
      case CLOSED, REVOKED -> new Decision.Closed(Optional.of(found.tradeState()));
      case SUCCESS, REFUND ->
          new Decision.Paid(found.tradeState(), found.transactionId(), found.paidAt());
      case NOTPAY, PAYERROR, ACCEPT ->
          refusedForGood(order, close)
              .orElseGet(
                  () ->
                      retries.afterQuery(order, RetryReason.NOT_CLOSED_YET, close, found, moment));
      case USERPAYING -> retries.afterQuery(order, RetryReason.MAY_BE_PAYING, close, found, moment);
      case UNKNOWN -> retries.afterQuery(order, RetryReason.UNCLEAR, close, found, moment);
    };
  }

  /**
   * Given up when WeChat Pay itself says the request is wrong; but a wrong setting must not abandon
   * a whole shop, so only once it has known an order of this merchant. Never at a second look: the
   * shop's row may be closed by then, so a close that fails is tried until the end, and a payment
   * in between is seen.
   */
  private static Optional<Decision> refusedForGood(ClaimedOrder order, Reply.ToClose close) {
    if (!(close instanceof Refused refused)
        || !refused.verified()
        || !order.merchantKnown()
        || order.secondLook()) {
      return Optional.empty();
    }
    return switch (refused.code()) {
      case PARAM_ERROR, INVALID_REQUEST ->
          Optional.of(new Decision.Abandoned(AbandonReason.CLOSE_REFUSED));
      case NEEDS_REVERSE -> Optional.of(new Decision.Abandoned(AbandonReason.NEEDS_REVERSE));
      default -> Optional.empty();
    };
  }

  private Decision absent(ClaimedOrder order, Reply.ToClose close, Moment moment) {
    if (order.secondLook()) {
      return new Decision.NotFound(false, false);
    }
    if (order.progress().absences() + 1 < ABSENCES_BEFORE_NOT_FOUND) {
      return retries.afterAbsence(order, RetryReason.ABSENT, close, moment);
    }
    return switch (policy.notFound()) {
      case CLOSE -> new Decision.NotFound(true, true);
      case KEEP -> new Decision.NotFound(false, true);
      case AUTO ->
          order.merchantKnown()
              ? new Decision.NotFound(true, true)
              : retries.afterAbsence(order, RetryReason.ABSENT_MERCHANT_UNKNOWN, close, moment);
    };
  }

  /**
   * A close that leaves all open is tried again. Once {@code RETRY_FOR} has passed WeChat Pay is
   * asked as well, whatever the close came to: an order is given up on an answer, and never while a
   * payment could have been seen by asking.
   */
  private AfterClose retryOrAsk(
      ClaimedOrder order, RetryReason reason, Reply.ToClose close, Moment moment) {
    return retries.isTimeOver(order, moment)
        ? new AfterClose.Ask()
        : new AfterClose.Decided(RetryRule.afterClose(order, reason, close));
  }

  private static Decision rateLimited(ClaimedOrder order) {
    return new Decision.RateLimited(
        Backoff.doubled(FIRST_RATE_WAIT, order.progress().rateRefusals(), MAX_RATE_WAIT));
  }

  /** Our key, serial or clock. */
  private static Decision ourFault(Refused refused, Moment moment) {
    return clockOff(refused.dateAhead(), moment)
        .orElseGet(() -> new Decision.Pause(new PauseScope.Account(), refused.code().name()));
  }

  private static Decision subMerchantFault(ClaimedOrder order, Refused refused) {
    return new Decision.Pause(
        new PauseScope.SubMerchant(order.merchant().subMchid()), refused.code().name());
  }

  private static Optional<Decision> clockOff(Unverified unverified, Moment moment) {
    return switch (unverified.fault()) {
      case STALE_TIMESTAMP -> clockOff(unverified.dateAhead(), moment);
      case MISSING_HEADERS, UNKNOWN_SERIAL, WRONG_SIGNATURE, SIGNTEST, ANOTHER_ORDER ->
          Optional.empty();
    };
  }

  /** Two other clocks against ours: then ours is the one that is wrong. */
  private static Optional<Decision> clockOff(Optional<Duration> dateAhead, Moment moment) {
    return dateAhead
        .filter(ahead -> isOff(ahead) && isOff(moment.databaseAhead()))
        .map(Decision.ClockOff::new);
  }

  private static boolean isOff(Duration ahead) {
    return ahead.abs().compareTo(CLOCK_TOLERANCE) > 0;
  }
}
