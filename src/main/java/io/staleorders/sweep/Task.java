package io.staleorders.sweep;

import io.staleorders.order.ClaimedOrder;
import io.staleorders.order.PauseScope;
import io.staleorders.store.Claim;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A claimed order that is to be called about.
 *
 * @param claimedAt by the database's clock
 * @param claimTick the same moment by time that only goes forward
 * @param databaseAhead how far the database's clock was ahead of this machine's
 * @param probe the pause that this order tries, if it is a probe
 */
record Task(
    Claim claim,
    ClaimedOrder order,
    Instant claimedAt,
    long claimTick,
    Duration databaseAhead,
    Lease lease,
    Optional<PauseScope> probe) {

  /** The present, by the database's clock. */
  Instant databaseNow() {
    return claimedAt.plus(Ticker.since(claimTick));
  }
}
