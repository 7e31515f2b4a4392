package io.staleorders.order;

import java.time.Duration;

/**
 * The operator's choices that decisions depend on.
 *
 * @param confirm {@code CLOSE_CONFIRM}: whether a 204 is confirmed by a query
 * @param notFound {@code CLOSE_NOT_FOUND}
 * @param retryFor {@code RETRY_FOR}
 */
public record ClosePolicy(boolean confirm, NotFoundRule notFound, Duration retryFor) {

  /** What is done with an order that WeChat Pay does not know. */
  public enum NotFoundRule {
    /** As {@link #CLOSE} once WeChat Pay has known an order of this merchant, else retry. */
    AUTO,
    /** The shop's row is marked closed. */
    CLOSE,
    /** The shop's row is left alone. */
    KEEP
  }
}
