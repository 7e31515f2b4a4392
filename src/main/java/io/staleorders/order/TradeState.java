package io.staleorders.order;

/** {@code trade_state} of WeChat Pay's query. */
public enum TradeState {
  /** Not paid, and payable. Never final, whatever {@code time_expire} says. */
  NOTPAY,
  /** Closed: nobody can pay it any more. */
  CLOSED,
  /** Paid. */
  SUCCESS,
  /** Paid, then refunded in part or whole. */
  REFUND,
  /** Reversed (payment-code orders): as closed. */
  REVOKED,
  /** The payer is typing the password (payment-code orders). */
  USERPAYING,
  /** A payment failed (payment-code orders); another may follow. */
  PAYERROR,
  /** Accepted, waiting to be charged (payment-code orders). */
  ACCEPT,
  /** A state that this version does not know. */
  UNKNOWN
}
