package io.staleorders.sweep;

import io.staleorders.wechatpay.CallPermit;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** Whether this instance may call: a stop, its clock, the database, pauses, leases and the rate. */
final class Permits {
  private final Duration callTimeout;
  private final Sweep.Shared shared;
  private volatile boolean stopping;
  private volatile boolean cancelled;

  /**
   * @param callTimeout {@code WECHATPAY_TIMEOUT}
   */
  Permits(Duration callTimeout, Sweep.Shared shared) {
    this.callTimeout = callTimeout;
    this.shared = shared;
  }

  /** No attempt begins from now on. */
  void stop() {
    stopping = true;
  }

  /** No request is made from now on. */
  void cancel() {
    stopping = true;
    cancelled = true;
  }

  boolean isStopping() {
    return stopping;
  }

  boolean isCancelled() {
    return cancelled;
  }

  /** Whether an attempt may begin at all. */
  boolean mayBegin() {
    return !stopping && mayGoOn();
  }

  /** A stop ends no attempt that has begun, but for its grace. */
  private boolean mayGoOn() {
    return !cancelled && !shared.faults().isClockOff() && !shared.database().isUnavailable();
  }

  /** Asked before every request of an attempt: may it still be made, and is it its turn? */
  CallPermit of(Task task) {
    AtomicInteger requests = new AtomicInteger();
    return () -> {
      boolean first = requests.getAndIncrement() == 0;
      return shared.rate().take(() -> mayRequest(task, first));
    };
  }

  private boolean mayRequest(Task task, boolean first) {
    boolean paused = shared.faults().isPaused(task.order().merchant(), task.probe());
    Duration needed = first ? callTimeout.multipliedBy(4) : callTimeout;
    return (first ? mayBegin() : mayGoOn()) && !paused && task.lease().has(needed);
  }
}
