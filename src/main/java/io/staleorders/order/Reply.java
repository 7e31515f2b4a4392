package io.staleorders.order;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * What became of a call. Every outcome is one of these values; none is an exception.
 *
 * <p>Two of them can be believed outright, because WeChat Pay's signature has been checked: {@link
 * Accepted} and {@link Found}. A {@link Refused} says whether it was.
 */
public sealed interface Reply {

  /** Whether WeChat Pay's signature on it was checked and right. */
  default boolean isVerified() {
    return switch (this) {
      case Accepted accepted -> true;
      case Found found -> true;
      case Refused refused -> refused.verified();
      case Unverified unverified -> false;
      case DoubtfulSuccess doubtful -> false;
      case Unclear unclear -> false;
      case NoResponse noResponse -> false;
      case NotSent notSent -> false;
    };
  }

  /** Whether it hints that somebody is paying right now; an unverified hint is one too. */
  default boolean mayBePaying() {
    return switch (this) {
      case Found found -> found.tradeState() == TradeState.USERPAYING;
      case Refused refused ->
          refused.code() == Code.USER_PAYING || refused.code() == Code.FREQUENCY_LIMITED;
      case Accepted accepted -> false;
      case DoubtfulSuccess doubtful -> false;
      case Unverified unverified -> false;
      case Unclear unclear -> false;
      case NoResponse noResponse -> false;
      case NotSent notSent -> false;
    };
  }

  /** What a close call can come to. */
  sealed interface ToClose extends Reply {}

  /** What a query can come to. */
  sealed interface ToQuery extends Reply {}

  /** A verified 204. It names no order, and is sent for orders WeChat Pay never saw. */
  record Accepted() implements ToClose {}

  /**
   * A verified 200 whose {@code out_trade_no}, {@code sp_mchid} and {@code sub_mchid} are those of
   * the order asked about.
   */
  record Found(TradeState tradeState, Optional<String> transactionId, Optional<Instant> paidAt)
      implements ToQuery {}

  /**
   * An answer with an error code: any 4xx with a readable body, or 202 with {@link
   * Code#USER_PAYING}.
   *
   * @param verified whether the signature was checked and right; error answers may be unsigned
   * @param dateAhead how far the answer's {@code Date} header is ahead of this machine's clock
   */
  record Refused(int status, Code code, boolean verified, Optional<Duration> dateAhead)
      implements ToClose, ToQuery {

    /** A 202 that proves nothing, like any other unverified 2xx. */
    boolean isUnverifiedSuccess() {
      return !verified && status / 100 == 2;
    }
  }

  /**
   * A 2xx that proves nothing.
   *
   * @param dateAhead how far the answer's {@code Date} header is ahead of this machine's clock
   */
  record Unverified(VerificationFault fault, Optional<Duration> dateAhead)
      implements ToClose, ToQuery {}

  /**
   * A 2xx to a close that is not a verified 204, or that could not be read to its end: the order
   * may be closed.
   */
  record DoubtfulSuccess() implements ToClose {}

  /** A response that says nothing about the order: 5xx, a 202 of another kind, an odd body. */
  record Unclear() implements ToClose, ToQuery {}

  /** No HTTP response of any status, from either host. */
  record NoResponse() implements ToClose, ToQuery {}

  /** No request was made: the permit was refused (a pause, a lease nearly over, a stop). */
  record NotSent() implements ToClose, ToQuery {}
}
