package io.staleorders.sweep;

import io.staleorders.store.RateStore;
import io.staleorders.store.RateStore.Slots;
import io.staleorders.sweep.Turns.Slot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * This copy's part of the shared call rate (promise 6). Slots are reserved in the database for a
 * moment ahead, and each call waits for the time of its own.
 */
public final class CallRate {
  /** How much of the future one statement reserves, and how late a slot may still be used. */
  static final Duration RESERVE = Duration.ofMillis(200);

  /** How long before the last reserved slot more are reserved, so that there is no gap. */
  private static final Duration AHEAD = Duration.ofMillis(100);

  /** A statement answered later than this has reserved slots of a time that is past. */
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(1);

  /** Least time between the calls of two slots, as a part of the time between the slots. */
  private static final double LEAST_DISTANCE = 0.995;

  /**
   * The same where other copies' slots lie in between, while slots are short. A little less, or
   * what was late once would stay late.
   */
  private static final double OTHERS_SHARE = 0.97;

  private final RateStore store;
  private final DatabaseWatch database;
  private final Consumer<List<String>> pausedScopes;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Slot> slots = new ArrayDeque<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder taken = new LongAdder();
  private final Turns turns = new Turns(RESERVE, Ticker.now());
  private long countedSince = Ticker.now();
  private long reservedUntil = Ticker.now();
  private volatile double callsASecond;

  /**
   * @param closeRate {@code CLOSE_RATE}, calls a second
   * @param pausedScopes told which scopes are paused, at each reservation
   */
  public CallRate(
      RateStore store,
      double closeRate,
      DatabaseWatch database,
      Consumer<List<String>> pausedScopes) {
    this.store = store;
    this.callsASecond = closeRate;
    this.database = database;
    this.pausedScopes = pausedScopes;
  }

  /**
   * Waits for a slot.
   *
   * @return false if there is none to be had: the database does not answer, or the thread is
   *     interrupted; no call may be made then
   */
  public boolean take() {
    waiting.incrementAndGet();
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Optional<Slot> slot = next();
        if (slot.isEmpty()) {
          return false;
        }
        sleepUntil(slot.get().at());
        if (isMyTurn(slot.get())) {
          taken.increment();
          return true;
        }
      }
      return false;
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** Takes one slot and drops it: a statement that writes, after which the database is well. */
  void tryToWrite() {
    store.reserve(1, RESERVE);
  }

  /** Calls a second that were allowed when slots were last reserved. */
  public double callsASecond() {
    return callsASecond;
  }

  /** Calls a second that this copy has made since this was last asked, to one decimal. */
  public synchronized double takeCallsPerSecond() {
    double seconds = Ticker.since(countedSince).toNanos() / 1e9;
    countedSince = Ticker.now();
    return Math.round(taken.sumThenReset() / seconds * 10) / 10.0;
  }

  /**
   * WeChat Pay refused a call because of the account's rate: the rate is lowered for all copies.
   *
   * @return the new rate, where this refusal lowered it
   */
  public Optional<Double> lower() {
    return database.ask(store::lower).flatMap(rate -> rate);
  }

  /** Waits for the turn of a slot; false if that comes too late for it. */
  private boolean isMyTurn(Slot slot) {
    OptionalLong turn = turns.take(slot, Ticker.now());
    turn.ifPresent(CallRate::sleepUntil);
    return turn.isPresent()
        && Ticker.since(slot.at()).compareTo(RESERVE) <= 0
        && !Thread.currentThread().isInterrupted();
  }

  private Optional<Slot> next() {
    lock.lock();
    try {
      boolean answered = true;
      while (answered && slots.isEmpty() && !database.isUnavailable()) {
        answered = reserve();
      }
      return slots.isEmpty() || database.isUnavailable()
          ? Optional.empty()
          : Optional.of(slots.removeFirst());
    } finally {
      lock.unlock();
    }
  }

  /** Whether the database answered; there may be no slot all the same. */
  private boolean reserve() {
    sleepUntil(reservedUntil - AHEAD.toNanos());
    long asked = Ticker.now();
    Optional<Slots> answer = database.ask(() -> store.reserve(waiting.get(), RESERVE));
    if (answer.isEmpty()) {
      return false;
    }
    if (Ticker.since(asked).compareTo(LONGEST_ANSWER) > 0) {
      // This process was frozen, or the database hung: others may be calling at that rate by now.
      return true;
    }
    Slots reserved = answer.get();
    long first = Ticker.now() + Duration.between(reserved.now(), reserved.firstAt()).toNanos();
    long space = reserved.space().toNanos();
    long distance = Math.round(LEAST_DISTANCE * space);
    long others = reserved.isShort() ? Math.max(0, first - reservedUntil) : 0;
    slots.addLast(new Slot(first, distance + Math.round(OTHERS_SHARE * others)));
    for (int i = 1; i < reserved.count(); i++) {
      slots.addLast(new Slot(first + i * space, distance));
    }
    reservedUntil = first + reserved.count() * space;
    callsASecond = reserved.callsASecond();
    pausedScopes.accept(reserved.paused());
    return true;
  }

  private static void sleepUntil(long tick) {
    while (!Ticker.isOver(tick) && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(Ticker.until(tick).toNanos());
    }
  }
}
