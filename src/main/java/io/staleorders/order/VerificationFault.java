package io.staleorders.order;

/** Why an answer is not believed. */
public enum VerificationFault {
  /** A {@code Wechatpay-*} header is missing or unreadable. */
  MISSING_HEADERS,
  /** {@code Wechatpay-Serial} names a key that is not known here. */
  UNKNOWN_SERIAL,
  /** The signature is not that of this body, timestamp and nonce. */
  WRONG_SIGNATURE,
  /** WeChat Pay's own test whether signatures are checked: {@code WECHATPAY/SIGNTEST/…}. */
  SIGNTEST,
  /** {@code Wechatpay-Timestamp} is more than 5 minutes off. */
  STALE_TIMESTAMP,
  /** Signed, but about another order than the one asked for. */
  ANOTHER_ORDER
}
