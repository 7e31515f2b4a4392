package io.staleorders.order;

/** What an error answer of WeChat Pay says, whatever its spelling: see {@link CodeReader}. */
public enum Code {
  ORDER_CLOSED,
  ORDER_PAID,
  ORDER_NOT_EXIST,
  /** The payer is typing the password. */
  USER_PAYING,
  /** This order is asked about too often; it can mean that somebody is paying it right now. */
  FREQUENCY_LIMITED,
  /** The account calls too often. */
  RATELIMIT_EXCEEDED,
  PARAM_ERROR,
  INVALID_REQUEST,
  /** Known by its number alone: a payment-code order that can only be reversed, not closed. */
  NEEDS_REVERSE,
  TRADE_ERROR,
  RULE_LIMIT,
  /** Our key, serial or clock: every order would fail alike. */
  SIGN_ERROR,
  NO_AUTH,
  MCH_NOT_EXISTS,
  ACCOUNT_ERROR,
  /** Any code that this version does not know. */
  OTHER
}
