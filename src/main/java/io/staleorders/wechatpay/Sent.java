package io.staleorders.wechatpay;

import java.time.Duration;
import java.time.Instant;

/**
 * One request that was made.
 *
 * @param host name, and port where it is not the usual one
 * @param startedAt by this machine's clock
 */
record Sent(String host, Instant startedAt, Duration duration, Outcome outcome) {

  /** The same, for when the body has been read. */
  Sent withoutBody() {
    return outcome instanceof Outcome.Answered answered
        ? new Sent(host, startedAt, duration, answered.withoutBody())
        : this;
  }
}
