package io.staleorders.store;

import io.staleorders.order.Decision;
import io.staleorders.order.Exchange;
import io.staleorders.order.Exchange.Operation;
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
 * @param exchanges the requests made, in their order
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

  /**
   * The request whose answer decided, if any was made: the last; but where that one only found the
   * order unpaid still, it is the close that was refused that says why.
   */
  public Optional<Exchange> deciding() {
    if (exchanges.isEmpty()) {
      return Optional.empty();
    }
    Exchange last = exchanges.getLast();
    boolean settled =
        !(decision instanceof Decision.Abandoned || decision instanceof Decision.Retry);
    return settled || saysWhy(last)
        ? Optional.of(last)
        : lastClose().filter(Outcome::saysWhy).or(() -> Optional.of(last));
  }

  private Optional<Exchange> lastClose() {
    return exchanges.reversed().stream()
        .filter(exchange -> exchange.operation() == Operation.CLOSE)
        .findFirst();
  }

  private static boolean saysWhy(Exchange exchange) {
    return exchange.code().isPresent() || exchange.message().isPresent();
  }
}
