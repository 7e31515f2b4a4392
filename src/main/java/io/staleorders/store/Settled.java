package io.staleorders.store;

import io.staleorders.order.Decision;
import io.staleorders.order.Decision.RetryReason;
import java.util.Optional;

/**
 * An outcome as the shop's row allows it.
 *
 * @param decision what is recorded
 * @param rowHeld whether nothing is, because the shop holds its row
 * @param refusal why the row did not take a change, if one was tried
 */
record Settled(Outcome outcome, Decision decision, boolean rowHeld, Optional<RowRefusal> refusal) {
  static Settled as(Outcome outcome, Decision decision) {
    return new Settled(outcome, decision, false, Optional.empty());
  }

  static Settled held(Outcome outcome) {
    return new Settled(outcome, outcome.decision(), true, Optional.empty());
  }

  /** The row did not take the change; a payment is recorded all the same. */
  static Settled refused(Outcome outcome, RowRefusal refusal) {
    return new Settled(
        outcome, outcome.unwritten(RetryReason.ROW_REFUSED), false, Optional.of(refusal));
  }
}
