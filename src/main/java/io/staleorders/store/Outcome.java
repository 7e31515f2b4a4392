package io.staleorders.store;

import io.staleorders.order.Decision;
import io.staleorders.order.Exchange;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What an attempt came to, ready to be recorded.
 *
 * @param subMchid as the shop's row has it; it may be malformed
 * @param createdAt as the shop's row has it
 * @param retryAfter how long the order waits if it is tried again
 * @param exchanges the requests made, the deciding one last
 */
public record Outcome(
    Claim claim,
    String subMchid,
    Instant createdAt,
    Decision decision,
    Duration retryAfter,
    List<Exchange> exchanges) {

  public Outcome {
    exchanges = List.copyOf(exchanges);
  }

  /** The same attempt with another decision. */
  public Outcome with(Decision other, Duration wait) {
    return new Outcome(claim, subMchid, createdAt, other, wait, exchanges);
  }

  /** The request whose answer decided, if any was made. */
  public Optional<Exchange> deciding() {
    return exchanges.isEmpty() ? Optional.empty() : Optional.of(exchanges.getLast());
  }
}
