package io.staleorders.sandbox;

/** What the sandbox counts since it started. */
public enum Counter {
  /** Requests to WeChat Pay's endpoints, right or wrong, answered or not. */
  REQUESTS,
  /** Close calls whose signature was right. */
  CLOSES,
  /** Queries whose signature was right. */
  QUERIES,
  /** Certificate downloads whose signature was right. */
  CERTIFICATES,
  /** Requests refused because of their signature, headers or form. */
  WRONG_REQUESTS,
  /** Requests with a nonce that had been used. */
  NONCES_REUSED,
  /** Requests refused because there were too many. */
  RATE_LIMITED,
  /** Redirects that somebody followed. */
  REDIRECTS_FOLLOWED
}
