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
 * @param exhausted whether the order is given up if it is not resolved by this attempt
 */
public record Outcome(
    Claim claim,
    String subMchid,
    Instant createdAt,
    Decision decision,
    Duration retryAfter,
    List<Exchange> exchanges,
    boolean exhausted) {

  public Outcome {
    exchanges = List.copyOf(exchanges);
  }

  /** Of an attempt that is not the last. */
  public Outcome(
      Claim claim,
      String subMchid,
      Instant createdAt,
      Decision decision,
      Duration retryAfter,
      List<Exchange> exchanges) {
    this(claim, subMchid, createdAt, decision, retryAfter, exchanges, false);
  }

  /** Of an order as it was claimed, with nothing to wait for. */
  public static Outcome of(Claim claim, Decision decision, List<Exchange> exchanges) {
    return new Outcome(
        claim, claim.subMchid(), claim.createdAt(), decision, Duration.ZERO, exchanges);
  }

  /** The same attempt with another decision. */
  public Outcome with(Decision other, Duration wait) {
    return new Outcome(claim, subMchid, createdAt, other, wait, exchanges, exhausted);
  }

  /**
   * What is decided when WeChat Pay's reply is known but the shop's row cannot be written: tried
   * again, as long as any order is. A payment is recorded without the row.
   */
  public Decision unwritten(Decision.RetryReason reason) {
    if (decision instanceof Decision.Paid || !(decision instanceof Decision.Resolution)) {
      return decision;
    }
    return exhausted
        ? new Decision.Abandoned(Decision.AbandonReason.EXHAUSTED)
        : new Decision.Retry(reason, Duration.ZERO, true, claim.progress().absences());
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
