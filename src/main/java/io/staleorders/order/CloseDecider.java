package io.staleorders.order;

import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.order.Reply.Accepted;
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
  /** How many attempts must have been answered before an order is given up. */
  static final int ANSWERED_BEFORE_ABANDONED = 10;

  /** How long an order is left in peace when somebody may be paying it. */
  static final Duration PAYING = Duration.ofSeconds(30);

  private static final Duration FIRST_RATE_WAIT = Duration.ofSeconds(2);
  private static final Duration MAX_RATE_WAIT = Duration.ofMinutes(1);
  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

  private final ClosePolicy policy;

  public CloseDecider(ClosePolicy policy) {
    this.policy = policy;
  }

  /** What follows a close call: a decision, or the query that decides. */
  public sealed interface AfterClose {
    /** Nothing more is asked. */
    record Decided(Decision decision) implements AfterClose {}

    /** The query's answer decides. */
    record Ask() implements AfterClose {}
  }

  /** What follows the reply to a close call. */
  public AfterClose afterClose(ClaimedOrder order, Reply.ToClose reply, Moment moment) {
    return switch (reply) {
      case Accepted() ->
          policy.confirm()
              ? new AfterClose.Ask()
              : new AfterClose.Decided(new Decision.Closed(Optional.empty()));
      case Refused refused -> afterRefusedClose(order, refused, moment);
      case Unverified unverified ->
          clockOff(unverified, moment)
              .<AfterClose>map(AfterClose.Decided::new)
              .orElse(new AfterClose.Ask());
      case Unclear() -> retryOrLastQuestion(order, RetryReason.UNCLEAR, Duration.ZERO, moment);
      case NoResponse() -> new AfterClose.Decided(unanswered(order, RetryReason.NO_RESPONSE));
      case NotSent() -> new AfterClose.Decided(new Decision.Uncalled());
    };
  }

  /** What the query's answer decides, after a close that was answered by {@code close}. */
  public Decision afterQuery(
      ClaimedOrder order, Reply.ToClose close, Reply.ToQuery reply, Moment moment) {
    return switch (reply) {
      case Found found -> afterFound(order, close, found, moment);
      case Refused refused -> afterRefusedQuery(order, refused, moment);
      case Unverified unverified ->
          clockOff(unverified, moment).orElse(unanswered(order, RetryReason.UNVERIFIED));
      case Unclear() -> unanswered(order, RetryReason.UNCLEAR);
      case NoResponse() -> unanswered(order, RetryReason.NO_RESPONSE);
      case NotSent() -> new Decision.Uncalled();
    };
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
          retryOrLastQuestion(order, RetryReason.MAY_BE_PAYING, PAYING, moment);
      case RATELIMIT_EXCEEDED, SIGN_ERROR, NO_AUTH, MCH_NOT_EXISTS, ACCOUNT_ERROR ->
          new AfterClose.Decided(scopeFault(order, refused, moment));
    };
  }

  private Decision afterRefusedQuery(ClaimedOrder order, Refused refused, Moment moment) {
    return switch (refused.code()) {
      case ORDER_NOT_EXIST ->
          refused.verified() && refused.status() == 404
              ? absent(order, moment)
              : retry(order, RetryReason.UNVERIFIED, Duration.ZERO, refused.verified(), moment);
      case USER_PAYING, FREQUENCY_LIMITED ->
          retry(order, RetryReason.MAY_BE_PAYING, PAYING, refused.verified(), moment);
      case ORDER_CLOSED,
          ORDER_PAID,
          PARAM_ERROR,
          INVALID_REQUEST,
          NEEDS_REVERSE,
          TRADE_ERROR,
          RULE_LIMIT,
          OTHER ->
          retry(order, RetryReason.UNCLEAR, Duration.ZERO, refused.verified(), moment);
      case RATELIMIT_EXCEEDED, SIGN_ERROR, NO_AUTH, MCH_NOT_EXISTS, ACCOUNT_ERROR ->
          scopeFault(order, refused, moment);
    };
  }

  private Decision afterFound(ClaimedOrder order, Reply.ToClose close, Found found, Moment moment) {
    return switch (found.tradeState()) {
      case CLOSED, REVOKED -> new Decision.Closed(Optional.of(found.tradeState()));
      case SUCCESS, REFUND ->
          new Decision.Paid(found.tradeState(), found.transactionId(), found.paidAt());
      case NOTPAY, PAYERROR, ACCEPT ->
          refusedForGood(order, close)
              .orElse(answeredRetry(order, RetryReason.NOT_CLOSED_YET, Duration.ZERO, moment));
      case USERPAYING -> answeredRetry(order, RetryReason.MAY_BE_PAYING, PAYING, moment);
      case UNKNOWN -> answeredRetry(order, RetryReason.UNCLEAR, Duration.ZERO, moment);
    };
  }

  /**
   * Given up when WeChat Pay itself says the request is wrong; but a wrong setting must not abandon
   * a whole shop, so only once it has known an order of this merchant.
   */
  private static Optional<Decision> refusedForGood(ClaimedOrder order, Reply.ToClose close) {
    if (!(close instanceof Refused refused) || !refused.verified() || !order.merchantKnown()) {
      return Optional.empty();
    }
    return switch (refused.code()) {
      case PARAM_ERROR, INVALID_REQUEST ->
          Optional.of(new Decision.Abandoned(AbandonReason.CLOSE_REFUSED));
      case NEEDS_REVERSE -> Optional.of(new Decision.Abandoned(AbandonReason.NEEDS_REVERSE));
      default -> Optional.empty();
    };
  }

  private Decision absent(ClaimedOrder order, Moment moment) {
    if (order.secondLook()) {
      return new Decision.NotFound(false, false);
    }
    int absences = order.progress().absences() + 1;
    if (absences < 2) {
      return retryAbsent(order, RetryReason.ABSENT, absences, moment);
    }
    return switch (policy.notFound()) {
      case CLOSE -> new Decision.NotFound(true, true);
      case KEEP -> new Decision.NotFound(false, true);
      case AUTO ->
          order.merchantKnown()
              ? new Decision.NotFound(true, true)
              : retryAbsent(order, RetryReason.ABSENT_MERCHANT_UNKNOWN, absences, moment);
    };
  }

  private Decision retryAbsent(
      ClaimedOrder order, RetryReason reason, int absences, Moment moment) {
    return isLastAttempt(order, moment)
        ? new Decision.Abandoned(AbandonReason.EXHAUSTED)
        : new Decision.Retry(reason, Duration.ZERO, true, absences);
  }

  /** WeChat Pay knows the order, or at least did not say that it does not: absences end. */
  private Decision answeredRetry(
      ClaimedOrder order, RetryReason reason, Duration atLeast, Moment moment) {
    return isLastAttempt(order, moment)
        ? new Decision.Abandoned(AbandonReason.EXHAUSTED)
        : new Decision.Retry(reason, atLeast, true, 0);
  }

  private Decision retry(
      ClaimedOrder order, RetryReason reason, Duration atLeast, boolean verified, Moment moment) {
    if (verified && isLastAttempt(order, moment)) {
      return new Decision.Abandoned(AbandonReason.EXHAUSTED);
    }
    return new Decision.Retry(reason, atLeast, verified, order.progress().absences());
  }

  private static Decision unanswered(ClaimedOrder order, RetryReason reason) {
    return new Decision.Retry(reason, Duration.ZERO, false, order.progress().absences());
  }

  /** The last attempt closes and asks, whatever the close came to. */
  private AfterClose retryOrLastQuestion(
      ClaimedOrder order, RetryReason reason, Duration atLeast, Moment moment) {
    return isLastAttempt(order, moment)
        ? new AfterClose.Ask()
        : new AfterClose.Decided(retry(order, reason, atLeast, false, moment));
  }

  private boolean isLastAttempt(ClaimedOrder order, Moment moment) {
    return order.progress().answered() + 1 >= ANSWERED_BEFORE_ABANDONED
        && order
            .progress()
            .firstAttemptAt()
            .filter(first -> !first.plus(policy.retryFor()).isAfter(moment.now()))
            .isPresent();
  }

  private static Decision scopeFault(ClaimedOrder order, Refused refused, Moment moment) {
    return switch (refused.code()) {
      case RATELIMIT_EXCEEDED ->
          new Decision.RateLimited(
              Backoff.doubled(FIRST_RATE_WAIT, order.progress().rateRefusals(), MAX_RATE_WAIT));
      case SIGN_ERROR ->
          clockOff(refused.dateAhead(), moment)
              .orElse(new Decision.Pause(new PauseScope.Account(), refused.code().name()));
      default ->
          new Decision.Pause(
              new PauseScope.SubMerchant(order.merchant().subMchid()), refused.code().name());
    };
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
