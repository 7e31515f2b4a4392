package io.staleorders.sweep;

import io.staleorders.order.Decision;
import io.staleorders.store.Outcome;
import java.time.Duration;

/**
 * An outcome on its way into the database.
 *
 * @param since when it came
 * @param broken whether a connection broke while it was recorded alone
 */
record Pending(Outcome outcome, Lease lease, long since, boolean broken) {
  /** How long a payment waits for its row: it is recorded without it well before the lease ends. */
  private static final Duration PAYMENT_WAITS = Duration.ofSeconds(2);

  private static final Duration TO_RECORD = Duration.ofSeconds(3);

  Pending(Outcome outcome, Lease lease) {
    this(outcome, lease, Ticker.now(), false);
  }

  Pending afterBrokenConnection() {
    return new Pending(outcome, lease, since, true);
  }

  boolean isPayment() {
    return outcome.decision() instanceof Decision.Paid;
  }

  /** Whether the shop's row is waited for no longer. */
  boolean hasWaited() {
    return isPayment()
        ? Ticker.since(since).compareTo(PAYMENT_WAITS) > 0 || !lease.has(TO_RECORD)
        : lease.isOver();
  }
}
