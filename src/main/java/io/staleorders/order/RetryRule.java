package io.staleorders.order;

import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Decision.RetryReason;
import java.time.Duration;

/**
 * How an order is tried again, and when it is given up: on a verified answer to the question, once
 * enough attempts were answered and {@code retryFor} has passed since the first.
 *
 * @param retryFor {@code RETRY_FOR}
 */
record RetryRule(Duration retryFor) {
  /** How many attempts must have been answered before an order is given up. */
  static final int ANSWERED_BEFORE_ABANDONED = 10;

  /** How long an order is left in peace when somebody may be paying it. */
  static final Duration PAYING = Duration.ofSeconds(30);

  /** The close left all open, and nothing more is asked. */
  static Decision.Retry afterClose(ClaimedOrder order, RetryReason reason, Reply.ToClose close) {
    int absences = close.isVerified() ? 0 : order.progress().absences();
    return new Decision.Retry(reason, peaceAfter(close), close.isVerified(), absences);
  }

  /**
   * Asked, and not settled. A verified answer that is no absence ends the absences; an answer that
   * cannot be believed changes nothing.
   */
  Decision afterQuery(
      ClaimedOrder order,
      RetryReason reason,
      Reply.ToClose close,
      Reply.ToQuery answer,
      Moment moment) {
    Duration peace = answer.mayBePaying() ? PAYING : peaceAfter(close);
    if (!answer.isVerified()) {
      return new Decision.Retry(reason, peace, close.isVerified(), order.progress().absences());
    }
    return isExhausted(order, moment)
        ? new Decision.Abandoned(AbandonReason.EXHAUSTED)
        : new Decision.Retry(reason, peace, true, 0);
  }

  /** Asked, and WeChat Pay does not know the order. */
  Decision afterAbsence(
      ClaimedOrder order, RetryReason reason, Reply.ToClose close, Moment moment) {
    return isExhausted(order, moment)
        ? new Decision.Abandoned(AbandonReason.EXHAUSTED)
        : new Decision.Retry(reason, peaceAfter(close), true, order.progress().absences() + 1);
  }

  /** Whether {@code RETRY_FOR} has passed since the first attempt. */
  boolean isTimeOver(ClaimedOrder order, Moment moment) {
    return order
        .progress()
        .firstAttemptAt()
        .map(first -> Duration.between(first, moment.now()))
        .filter(passed -> passed.compareTo(retryFor) >= 0)
        .isPresent();
  }

  static RetryReason reasonOf(Reply.Refused refused) {
    if (refused.mayBePaying()) {
      return RetryReason.MAY_BE_PAYING;
    }
    return refused.verified() ? RetryReason.UNCLEAR : RetryReason.UNVERIFIED;
  }

  /** Whether this attempt, if it is answered and resolves nothing, is the last. */
  boolean isExhausted(ClaimedOrder order, Moment moment) {
    return order.progress().answered() + 1 >= ANSWERED_BEFORE_ABANDONED
        && isTimeOver(order, moment);
  }

  private static Duration peaceAfter(Reply.ToClose close) {
    return close.mayBePaying() ? PAYING : Duration.ZERO;
  }
}
