package io.staleorders.store;

import java.time.Duration;
import java.util.Optional;

/** Where slots of the call rate come from. */
public interface CallSlots {

  /**
   * Reserves slots: at least one, at most as many as {@code wanted} and as {@code ahead} allows.
   *
   * @param ahead how far ahead of time one reservation may reach
   */
  RateStore.Slots reserve(int wanted, Duration ahead);

  /**
   * Halves the rate because WeChat Pay refused a call, at most once per second.
   *
   * @return calls per second from now on, where this call was the one that halved it
   */
  Optional<Double> lower();
}
