package io.staleorders.sandbox;

import java.util.function.Supplier;

/** How a {@link Misbehaviour} works. */
sealed interface Effect {

  /**
   * Before the request is handled, the order takes this state, if it is neither closed nor paid.
   *
   * @param onClose how a close call is refused in that state
   */
  record Becomes(OrderState state, Refusal onClose) implements Effect {}

  /** The request is refused and nothing is done. */
  record Refuses(Refusal refusal, Signing signing) implements Effect {}

  /** Another answer than WeChat Pay's is sent and nothing is done. */
  record Sends(Supplier<Answer> answer, Signing signing) implements Effect {}

  /** Done and answered, but signed in this way. */
  record Signs(Signing signing) implements Effect {}

  /**
   * The connection fails.
   *
   * @param done whether the request is carried out all the same
   */
  record Breaks(Line line, boolean done) implements Effect {}

  /** WeChat Pay's odder ways, each its own case. */
  enum Quirk implements Effect {
    GHOST,
    GHOST_PAID,
    LATE,
    STAYS,
    CLOSES_AGAIN,
    OTHER_ORDER,
    OTHER_SUB_MERCHANT,
    OTHER_PROVIDER,
    ODD_STATE,
    NO_STATE
  }
}
