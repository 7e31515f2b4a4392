package io.staleorders.sweep;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;

/**
 * How many claimed orders this copy has on hand, and for how many more there is room: claims for a
 * few seconds of calls are held, and filled up when half of them are used.
 */
final class Supply {
  /** How many seconds of calls, at the present rate, are claimed ahead. */
  private static final double SECONDS_AHEAD = 3;

  /** How often more is claimed at the most while earlier claims are not used up. */
  private static final Duration CLAIM_GAP = Duration.ofMillis(200);

  /** Most answered orders that wait to be recorded while more are claimed. */
  private static final int MOST_UNRECORDED = 2_000;

  private final DoubleSupplier callsASecond;
  private final int callsAnOrder;
  private final int batchSize;
  private final AtomicInteger outstanding = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final AtomicBoolean roomWanted = new AtomicBoolean();
  private final Semaphore woken = new Semaphore(0);
  private volatile long mayClaimSoon = Ticker.now();

  /**
   * @param callsASecond the present rate
   * @param callsAnOrder two, if each close is confirmed
   * @param batchSize most orders that are claimed at a time
   */
  Supply(DoubleSupplier callsASecond, int callsAnOrder, int batchSize) {
    this.callsASecond = callsASecond;
    this.callsAnOrder = callsAnOrder;
    this.batchSize = batchSize;
  }

  /** Whether an order is claimed and not recorded yet. */
  boolean isUnderWay() {
    return outstanding.get() > 0;
  }

  /** Whether an order's call is not answered yet, or not made. */
  boolean isUnanswered() {
    return unanswered.get() > 0;
  }

  /** Whether half of what is claimed ahead is still there, so that more can wait a moment. */
  boolean isPlenty() {
    return isUnderWay() && !isHalfUsed();
  }

  /** How many orders may be claimed now; none so soon after the last claim that it would be few. */
  int room() {
    int room = Math.min(target() - unanswered.get(), MOST_UNRECORDED - outstanding.get());
    roomWanted.set(!isHalfUsed());
    return !isHalfUsed() && !Ticker.isOver(mayClaimSoon) ? 0 : Math.max(0, room);
  }

  /** A claim is made just now. */
  void claiming() {
    mayClaimSoon = Ticker.after(CLAIM_GAP);
  }

  /** So many orders were claimed. */
  void claimed(int orders) {
    outstanding.addAndGet(orders);
  }

  /** One of them is called about. */
  void calling() {
    unanswered.incrementAndGet();
  }

  /** One of those called about needs no more calls for now. */
  void answered() {
    unanswered.decrementAndGet();
    wakeIfRoom();
  }

  /** Nothing more is done with one of the claimed orders. */
  void done() {
    if (outstanding.decrementAndGet() == 0) {
      wake();
    }
  }

  /** Whoever waits for room does so no longer. */
  void wake() {
    woken.release();
  }

  /** Waits until there is room to claim many, or nothing is under way; {@code atMost} so long. */
  void awaitRoom(Duration atMost) {
    if (!isHalfUsed()) {
      roomWanted.set(true);
      wakeIfRoom();
    }
    try {
      if (woken.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        woken.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Once, for whom there was no room before: what is due may be less than there is room for. */
  private void wakeIfRoom() {
    if (isHalfUsed() && roomWanted.compareAndSet(true, false)) {
      wake();
    }
  }

  private boolean isHalfUsed() {
    int target = target();
    return target - unanswered.get() >= (target + 1) / 2;
  }

  private int target() {
    double ordersAhead = callsASecond.getAsDouble() * SECONDS_AHEAD / callsAnOrder;
    return (int) Math.clamp(Math.ceil(ordersAhead), 1, batchSize);
  }
}
