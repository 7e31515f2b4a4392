package io.staleorders.store;

import io.staleorders.order.Decision;

/**
 * An outcome as the shop's row allows it.
 *
 * @param decision what is recorded
 * @param rowHeld whether nothing is, because the shop holds its row
 */
record Settled(Outcome outcome, Decision decision, boolean rowHeld) {
  static Settled as(Outcome outcome, Decision decision) {
    return new Settled(outcome, decision, false);
  }

  static Settled held(Outcome outcome) {
    return new Settled(outcome, outcome.decision(), true);
  }
}
