package io.staleorders.sweep;

import io.staleorders.wechatpay.CallPermit;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** Whether this instance may call: a stop, its clock, the database, pauses, leases and the rate. */
final class Permits {
  /** How old a check may be when the request is sent. */
  private static final Duration FRESH = Duration.ofMillis(100);

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
    return of(task, same -> true);
  }

  /**
   * As {@link #of(Task)}.
   *
   * @param stillDue asked immediately before the first request: whether the shop's row still says
   *     that the order may be closed (promise 3); it reads the database
   */
  CallPermit of(Task task, Predicate<Task> stillDue) {
    AtomicInteger requests = new AtomicInteger();
    return () -> {
      boolean first = requests.getAndIncrement() == 0;
      return shared
          .rate()
          .take(() -> mayRequest(task, first), first ? checkOf(task, stillDue) : () -> true);
    };
  }

  /** Not read again for the next slot, when the first was missed by a moment. */
  private static BooleanSupplier checkOf(Task task, Predicate<Task> stillDue) {
    AtomicReference<Optional<Long>> passed = new AtomicReference<>(Optional.empty());
    return () -> {
      boolean fresh = passed.get().filter(at -> Ticker.since(at).compareTo(FRESH) < 0).isPresent();
      if (!fresh && !stillDue.test(task)) {
        return false;
      }
      passed.set(fresh ? passed.get() : Optional.of(Ticker.now()));
      return true;
    };
  }

  private boolean mayRequest(Task task, boolean first) {
    boolean paused = shared.faults().isPaused(task.order().merchant(), task.probe());
    Duration needed = first ? callTimeout.multipliedBy(4) : callTimeout;
    return (first ? mayBegin() : mayGoOn()) && !paused && task.lease().has(needed);
  }
}
