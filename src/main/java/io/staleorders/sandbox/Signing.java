package io.staleorders.sandbox;

/** How a reply is signed. */
enum Signing {
  RIGHT,
  /** No {@code Wechatpay-*} header at all. */
  NONE,
  /** A signature that is none. */
  WRONG,
  /** WeChat Pay's own probe: {@code WECHATPAY/SIGNTEST/…}. */
  SIGNTEST,
  /** By a key that nobody has, under its serial. */
  UNKNOWN_SERIAL,
  /** Right, but one header is missing. */
  NO_NONCE,
  /** Right, but ten minutes old. */
  STALE,
  /** Right, but for another body. */
  OTHER_BODY
}
