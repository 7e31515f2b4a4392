package io.staleorders.order;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What is done about an order after an attempt. */
public sealed interface Decision {

  /** The order needs no further attempt, but for the second look at one not found. */
  sealed interface Resolution extends Decision {}

  /** The claim is given up and the attempt counts nothing. */
  sealed interface GiveBack extends Decision {}

  /**
   * Closed at WeChat Pay: the shop's row may be marked closed.
   *
   * @param tradeState what the query said; absent when a signed 204 was enough ({@code
   *     CLOSE_CONFIRM=false}), which proves nothing about the merchant
   */
  record Closed(Optional<TradeState> tradeState) implements Resolution {}

  /**
   * Paid: the shop missed a payment.
   *
   * @param tradeState {@link TradeState#SUCCESS} or {@link TradeState#REFUND}; after a refund the
   *     shop's row is left alone whatever is set
   */
  record Paid(TradeState tradeState, Optional<String> transactionId, Optional<Instant> paidAt)
      implements Resolution {}

  /**
   * WeChat Pay does not know the order.
   *
   * @param markClosed whether the shop's row is marked closed
   * @param lookAgain whether WeChat Pay is asked once more later
   */
  record NotFound(boolean markClosed, boolean lookAgain) implements Resolution {}

  /**
   * No more is tried; a person has to look.
   *
   * @param closedHere whether the shop's row was closed by the not-found rule before, so that shop
   *     and WeChat Pay may disagree
   */
  record Abandoned(AbandonReason reason, boolean closedHere) implements Resolution {
    public Abandoned(AbandonReason reason) {
      this(reason, false);
    }
  }

  /** The order stopped being unpaid, or its row is gone: the shop's own write stands. */
  record Superseded() implements Resolution {}

  /**
   * Tried again after the backoff.
   *
   * @param atLeast shortest wait
   * @param answered whether this attempt got a verified answer
   * @param absences to remember: verified absences in a row, this attempt's counted
   */
  record Retry(RetryReason reason, Duration atLeast, boolean answered, int absences)
      implements Decision {}

  /** The account calls too often: the rate goes down, the order waits. */
  record RateLimited(Duration pauseFor) implements GiveBack {}

  /** A fault of the whole scope: it is paused, the order waits for the pause to end. */
  record Pause(PauseScope scope, String code) implements GiveBack {}

  /**
   * This machine's clock is off, so it must stop calling; other copies may go on.
   *
   * @param ahead how far the reply's clock is ahead of this machine's
   */
  record ClockOff(Duration ahead) implements GiveBack {}

  /** Not called after all: a pause, a lease nearly over, a stop. */
  record Uncalled() implements GiveBack {}

  /** Why an order is tried again. */
  enum RetryReason {
    /** WeChat Pay still has the order as unpaid, though it was asked to close it. */
    NOT_CLOSED_YET,
    /** Somebody may be paying it right now. */
    MAY_BE_PAYING,
    /** WeChat Pay does not know it; one attempt alone is not believed. */
    ABSENT,
    /** Absent twice, but WeChat Pay has never known any order of this merchant. */
    ABSENT_MERCHANT_UNKNOWN,
    /** The answer's signature does not hold. */
    UNVERIFIED,
    /** An answer that says nothing about the order. */
    UNCLEAR,
    /** No HTTP response. */
    NO_RESPONSE,
    /** WeChat Pay's answer is known, but the shop kept its row locked until the lease ended. */
    ROW_LOCKED,
    /** WeChat Pay's answer is known, but the shop's database refused the change to its row. */
    ROW_REFUSED
  }

  /** Why an order was given up. */
  enum AbandonReason {
    /** {@code RETRY_FOR} passed and enough attempts were answered. */
    EXHAUSTED,
    /** The order number or the sub-merchant's number cannot be WeChat Pay's. */
    MALFORMED,
    /** Several unpaid rows have this number, or its rows disagree on the sub-merchant. */
    DUPLICATE_NUMBER,
    /** A payment-code order: it can only be reversed. */
    NEEDS_REVERSE,
    /** WeChat Pay refuses the close as a wrong request, and has the order as unpaid. */
    CLOSE_REFUSED
  }
}
