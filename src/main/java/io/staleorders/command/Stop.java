package io.staleorders.command;

import io.staleorders.sweep.StopDeadline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The request to stop a command, and the one deadline that follows from it. */
final class Stop {
  private final CountDownLatch latch = new CountDownLatch(1);
  private final CompletableFuture<Long> requested = new CompletableFuture<>();
  private final List<Consumer<StopDeadline>> listeners = new ArrayList<>();
  private boolean begun;

  /** Of a command whose settings are not known yet: the default of SHUTDOWN_GRACE. */
  private volatile Duration grace = Duration.ofSeconds(8);

  /** Sets {@code SHUTDOWN_GRACE}. */
  void grace(Duration ofSettings) {
    grace = ofSettings;
  }

  /** Requests the stop; only the first request counts. */
  void request() {
    requested.complete(System.nanoTime());
    latch.countDown();
  }

  boolean isRequested() {
    return requested.isDone();
  }

  /** Completes when the stop is requested. */
  CompletableFuture<Long> requested() {
    return requested.copy();
  }

  /**
   * Waits for the request.
   *
   * @return whether it has come
   */
  boolean await(Duration atMost) {
    try {
      return latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** Counted from the request; of a command that ends by itself, from now. */
  StopDeadline deadline() {
    return StopDeadline.from(requested.getNow(System.nanoTime()), grace);
  }

  /** Calls {@code listener} when the stop begins, at once if it has begun. */
  void whenBegun(Consumer<StopDeadline> listener) {
    synchronized (this) {
      if (!begun) {
        listeners.add(listener);
        return;
      }
    }
    listener.accept(deadline());
  }

  /** Calls {@code listener} no more. */
  synchronized void forget(Consumer<StopDeadline> listener) {
    listeners.remove(listener);
  }

  /** Begins the stop that was requested: the listeners are called, one after the other. */
  void begin() {
    List<Consumer<StopDeadline>> all;
    synchronized (this) {
      begun = true;
      all = List.copyOf(listeners);
    }
    all.forEach(listener -> listener.accept(deadline()));
  }
}
