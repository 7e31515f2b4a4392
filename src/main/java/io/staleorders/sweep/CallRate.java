package io.staleorders.sweep;

import io.staleorders.store.CallSlots;
import io.staleorders.store.RateStore.Slots;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * This instance's part of the shared call rate (promise 6). Slots are reserved in the database for
 * a moment ahead, and each call waits for the time of its own.
 */
public final class CallRate {
  /** How much of the future one statement reserves. */
  private static final Duration RESERVE = Duration.ofMillis(200);

  /**
   * How late a slot may still be used: so late that a second and this time hold no more slots than
   * the rate allows in a second ({@link Slots#space()}), and a millisecond to spare, by which two
   * instances may estimate the database's clock differently.
   */
  static final Duration LATEST = Duration.ofMillis(17);

  /** How long before its slot a call is checked, at least; longer where checks took longer. */
  private static final Duration SHORTEST_LEAD = Duration.ofMillis(20);

  private static final Duration LONGEST_LEAD = Duration.ofSeconds(2);

  /** A call that waits no longer for its turn is checked before it takes a slot. */
  private static final Duration SOON = Duration.ofMillis(100);

  /** How long before the last reserved slot more are reserved, so that there is no gap. */
  private static final Duration AHEAD = Duration.ofMillis(100);

  /** How much closer slots may come as the reckoning of the database's clock is put right. */
  private static final Duration SLEWED = Duration.ofMillis(1);

  /** A statement answered later than this has reserved slots of a time that is past. */
  private static final Duration LONGEST_ANSWER = Duration.ofSeconds(1);

  private final CallSlots store;
  private final DatabaseWatch database;
  private final Supplier<Consumer<List<String>>> asking;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Long> slots = new ArrayDeque<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private final LongAdder taken = new LongAdder();
  private final DatabaseTicks ticks = new DatabaseTicks();
  private long countedSince = Ticker.now();
  private long reservedUntil = Ticker.now();
  private volatile double callsASecond;
  private volatile long lead = SHORTEST_LEAD.toNanos();

  /**
   * @param closeRate {@code CLOSE_RATE}, calls a second
   * @param asking called before each reservation; what it returns takes the paused scopes that the
   *     reservation reports
   */
  public CallRate(
      CallSlots store,
      double closeRate,
      DatabaseWatch database,
      Supplier<Consumer<List<String>>> asking) {
    this.store = store;
    this.callsASecond = closeRate;
    this.database = database;
    this.asking = asking;
  }

  /**
   * Waits for a slot.
   *
   * @return false if there is none to be had: the database does not answer, or the thread is
   *     interrupted; no call may be made then
   */
  public boolean take() {
    return take(() -> true, () -> true);
  }

  /**
   * Waits for a slot as long as one is wanted.
   *
   * @param wanted asked again and again, so that no slot is spent on a call that is not made
   * @param ready asked shortly before the slot: it may read the database, and remembers for a
   *     moment what it has found
   * @return false also if none is wanted any more, or the call is not ready
   */
  boolean take(BooleanSupplier wanted, BooleanSupplier ready) {
    waiting.incrementAndGet();
    try {
      if (waiting.get() / callsASecond * 1e9 < SOON.toNanos() && !isReady(ready)) {
        return false;
      }
      while (isWanted(wanted)) {
        OptionalLong slot = next(wanted);
        if (slot.isEmpty()) {
          return false;
        }
        sleepUntil(slot.getAsLong() - lead);
        if (!isReady(ready)) {
          return false;
        }
        sleepUntil(slot.getAsLong());
        if (isInTime(slot.getAsLong()) && isWanted(wanted)) {
          taken.increment();
          return true;
        }
      }
      return false;
    } finally {
      waiting.decrementAndGet();
    }
  }

  /** The next checks begin as much earlier as this one shows to be needed. */
  private boolean isReady(BooleanSupplier ready) {
    long begun = Ticker.now();
    boolean isReady = ready.getAsBoolean();
    long needed = 2 * Ticker.since(begun).toNanos();
    lead =
        Math.clamp(
            Math.max(needed, lead - lead / 10), SHORTEST_LEAD.toNanos(), LONGEST_LEAD.toNanos());
    return isReady;
  }

  /** Takes one slot and drops it: a statement that writes, after which the database is well. */
  void tryToWrite() {
    store.reserve(1, RESERVE);
  }

  /** Calls a second that were allowed when slots were last reserved. */
  public double callsASecond() {
    return callsASecond;
  }

  /** Calls a second that this instance has made since this was last asked, to one decimal. */
  public synchronized double takeCallsPerSecond() {
    double seconds = Ticker.since(countedSince).toNanos() / 1e9;
    countedSince = Ticker.now();
    return Math.round(taken.sumThenReset() / seconds * 10) / 10.0;
  }

  /**
   * WeChat Pay refused a call because of the account's rate: the rate is lowered for all instances.
   *
   * @return the new rate, where this refusal lowered it
   */
  public Optional<Double> lower() {
    return database.ask(store::lower).flatMap(rate -> rate);
  }

  /** After a standstill of this process many slots are late at once. */
  private static boolean isInTime(long slot) {
    return Ticker.since(slot).compareTo(LATEST) <= 0;
  }

  private static boolean isWanted(BooleanSupplier wanted) {
    return !Thread.currentThread().isInterrupted() && wanted.getAsBoolean();
  }

  private OptionalLong next(BooleanSupplier wanted) {
    lock.lock();
    try {
      boolean answered = true;
      while (answered && slots.isEmpty() && !database.isUnavailable() && isWanted(wanted)) {
        answered = reserve();
      }
      return slots.isEmpty() || database.isUnavailable() || !isWanted(wanted)
          ? OptionalLong.empty()
          : OptionalLong.of(slots.removeFirst());
    } finally {
      lock.unlock();
    }
  }

  /** Whether the database answered; there may be no slot all the same. */
  private boolean reserve() {
    sleepUntil(reservedUntil - AHEAD.toNanos());
    Consumer<List<String>> pausedScopes = asking.get();
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
    ticks.seen(reserved.now(), asked, Ticker.now());
    callsASecond = reserved.callsASecond();
    pausedScopes.accept(reserved.paused());
    keep(reserved);
    return true;
  }

  /**
   * But for those before the end of earlier ones: the database's clock was reckoned too late until
   * now, and the calls that were made late have had their time.
   */
  private void keep(Slots reserved) {
    long first = ticks.at(reserved.firstAt());
    long space = reserved.space().toNanos();
    for (int i = 0; i < reserved.count(); i++) {
      long slot = first + i * space;
      if (reservedUntil - slot <= SLEWED.toNanos()) {
        slots.addLast(slot);
      }
    }
    long end = first + reserved.count() * space;
    reservedUntil += Math.max(0, end - reservedUntil);
  }

  private static void sleepUntil(long tick) {
    while (!Ticker.isOver(tick) && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(Ticker.until(tick).toNanos());
    }
  }
}
