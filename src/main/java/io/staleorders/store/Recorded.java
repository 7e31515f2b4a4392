package io.staleorders.store;

import io.staleorders.order.Decision;
import java.time.Instant;

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
   */
  record Done(Outcome outcome, Decision decision, Instant at) implements Recorded {}

  /** The shop holds a lock on its row; nothing was changed. */
  record RowHeld(Outcome outcome) implements Recorded {}

  /** Another claim has taken the order since; nothing but the history was changed. */
  record ClaimLost(Outcome outcome) implements Recorded {}
}
