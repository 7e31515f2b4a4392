package io.staleorders.store;

import io.staleorders.order.Decision;
import java.time.Instant;
import java.util.Optional;

/** What recording an outcome came to. */
public sealed interface Recorded {
  /** The outcome that was to be recorded. */
  Outcome outcome();

  /**
   * Recorded.
   *
   * @param decision that was recorded: the outcome's, or another because of what the shop's row
   *     said by then
   * @param at by the database's clock
   * @param refusal to report: why the shop's row does not take the change; empty on a day on which
   *     that was reported before
   */
  record Done(Outcome outcome, Decision decision, Instant at, Optional<RowRefusal> refusal)
      implements Recorded {}

  /** The shop holds a lock on its row; nothing was changed. */
  record RowHeld(Outcome outcome) implements Recorded {}

  /** Another claim has taken the order since; nothing but the history was changed. */
  record ClaimLost(Outcome outcome) implements Recorded {}
}
