package io.staleorders.sweep;

import io.staleorders.order.Decision;
import io.staleorders.order.Event;
import io.staleorders.order.PauseScope;
import io.staleorders.store.Claim;
import io.staleorders.store.Claims;
import io.staleorders.store.Outcome;
import io.staleorders.store.ShopOrder;
import io.staleorders.sweep.ClaimCheck.Checked;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The orders this copy has claimed: each called about on a thread of its own, then recorded. */
final class Calls {
  private static final Logger log = LoggerFactory.getLogger(Calls.class);

  private static final Duration STOP_TURN = Duration.ofMillis(20);

  /** When an order whose row cannot be read is tried again. */
  private static final Duration UNREADABLE_WAIT = Duration.ofMinutes(10);

  private final Stores stores;
  private final SweepSettings settings;
  private final ClaimCheck check;
  private final Attempt attempt;
  private final Sweep.Shared shared;
  private final Permits permits;
  private final SweepCounts counts;
  private final UnreadableRows unreadable;
  private final FreshRows rows;
  private final Runnable cancelCalls;
  private final Recorder recorder;
  private final Semaphore concurrency;
  private final Supply supply;
  private final PauseProbe probe;

  /** Threads that have not handed over their outcome yet. */
  private final AtomicInteger calling = new AtomicInteger();

  private final CountDownLatch stopped = new CountDownLatch(1);

  /** Held while orders are claimed, so that a stop finds all that are. */
  private final ReentrantLock claiming = new ReentrantLock();

  Calls(
      Stores stores,
      SweepSettings settings,
      ClaimCheck check,
      Attempt attempt,
      Sweep.Shared shared,
      UnreadableRows unreadable,
      SweepCounts counts,
      Runnable cancelCalls) {
    this.stores = stores;
    this.settings = settings;
    this.check = check;
    this.attempt = attempt;
    this.shared = shared;
    this.permits = new Permits(settings.callTimeout(), shared);
    this.counts = counts;
    this.rows =
        new FreshRows(numbers -> shared.database().askOfRows(() -> stores.shop().read(numbers)));
    this.unreadable = unreadable;
    this.cancelCalls = cancelCalls;
    this.concurrency = new Semaphore(settings.concurrency());
    this.supply =
        new Supply(shared.rate()::callsASecond, settings.confirm() ? 2 : 1, settings.batchSize());
    this.probe =
        new PauseProbe(
            stores,
            shared.database(),
            (claims, tick, scope) -> begin(claims, tick, Optional.of(scope)));
    this.recorder =
        new Recorder(stores.record(), shared.database(), this::moreWillBeAnswered, this::whenDone);
  }

  boolean isStopping() {
    return permits.isStopping();
  }

  boolean areUnderWay() {
    return supply.isUnderWay();
  }

  /** Whether this copy may call at all. */
  boolean mayCall() {
    return permits.mayBegin();
  }

  /** Whether so many are claimed that more can wait a moment. */
  boolean arePlenty() {
    return supply.isPlenty();
  }

  /**
   * Claims as many due orders as there is room for, and sets out to call about them.
   *
   * @return how many were claimed
   */
  int claim() {
    return claim(stores.claims()::claim);
  }

  /** As {@link #claim()}, from the named orders alone. */
  int claimNamed(List<String> outTradeNos) {
    return claim(room -> stores.claims().claimNamed(outTradeNos, room));
  }

  private int claim(IntFunction<Claims> statement) {
    claiming.lock();
    try {
      return claimWhileHeld(statement);
    } finally {
      claiming.unlock();
    }
  }

  private int claimWhileHeld(IntFunction<Claims> statement) {
    int room = supply.room();
    if (room == 0 || !mayCall()) {
      return 0;
    }
    supply.claiming();
    long claimTick = Ticker.now();
    return shared
        .database()
        .ask(() -> statement.apply(room))
        .map(
            claims -> {
              begin(claims, claimTick, Optional.empty());
              return claims.claims().size();
            })
        .orElse(0);
  }

  /** Takes the probe of a pause, if one is due and no other copy has it, and tries one order. */
  void probe() {
    claiming.lock();
    try {
      if (mayCall()) {
        probe.takeIfDue();
      }
    } finally {
      claiming.unlock();
    }
  }

  /** Waits until there is room to claim many, or nothing is under way; {@code atMost} so long. */
  void awaitRoom(Duration atMost) {
    supply.awaitRoom(atMost);
  }

  /** Nothing new starts; what is in flight ends within the grace and is recorded. */
  void stop(StopDeadline deadline) {
    permits.stop();
    supply.wake();
    awaitClaim(deadline);
    awaitWhile(this::areUnderWay, deadline::forCalls);
    permits.cancel();
    cancelCalls.run();
    awaitWhile(() -> calling.get() > 0, deadline::toReturn);
    recorder.stop(deadline);
    if (areUnderWay()) {
      log.warn(
          "stopped before all results were recorded: their orders are retried when their leases expire");
    }
    stopped.countDown();
  }

  /** Once a stop was requested: waits for its end. */
  void awaitStop() {
    if (!isStopping()) {
      return;
    }
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** In short turns: the sweep waits for the same wake-up. */
  private static void awaitWhile(BooleanSupplier condition, Supplier<Duration> left) {
    while (condition.getAsBoolean()
        && left.get().isPositive()
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(Math.min(STOP_TURN.toNanos(), left.get().toNanos()));
    }
  }

  /** An order claimed just now is in flight from here on, and is given back. */
  private void awaitClaim(StopDeadline deadline) {
    try {
      if (claiming.tryLock(deadline.forCalls().toNanos(), TimeUnit.NANOSECONDS)) {
        claiming.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Sets out to call about claimed orders.
   *
   * @return how many of them are called about; the rest needs no call
   */
  private int begin(Claims claims, long claimTick, Optional<PauseScope> probed) {
    if (claims.claims().isEmpty()) {
      return 0;
    }
    Lease lease = Lease.begunAt(claimTick, settings.lease());
    supply.claimed(claims.claims().size());
    int called = 0;
    counts.claimed(claims.claims().size());
    Duration databaseAhead = Duration.between(shared.clock().instant(), claims.now());
    List<String> numbers = claims.claims().stream().map(Claim::outTradeNo).toList();
    Map<String, ShopOrder> orders = new HashMap<>();
    boolean available =
        Halving.of(shared.database(), unreadable)
            .each(numbers, stores.shop()::read, orders::putAll);
    for (Claim claim : claims.claims()) {
      ShopOrder order = orders.get(claim.outTradeNo());
      if (order == null) {
        recorder.accept(available ? unread(claim) : uncalled(claim), lease);
        continue;
      }
      switch (check.check(claim, order, claims.now())) {
        case Checked.Decided decided -> recorder.accept(decided.outcome(), lease);
        case Checked.Callable callable -> {
          called++;
          start(
              new Task(
                  claim, callable.order(), claims.now(), claimTick, databaseAhead, lease, probed));
        }
      }
    }
    return called;
  }

  /** Its row cannot be read now; it may be corrected. */
  private static Outcome unread(Claim claim) {
    return uncalled(claim).with(new Decision.Uncalled(), UNREADABLE_WAIT);
  }

  private static Outcome uncalled(Claim claim) {
    return Outcome.of(claim, new Decision.Uncalled(), List.of());
  }

  private void start(Task task) {
    supply.calling();
    calling.incrementAndGet();
    Thread.ofVirtual()
        .name(task.claim().outTradeNo())
        .start(
            () -> {
              try {
                call(task);
              } finally {
                calling.decrementAndGet();
              }
            });
  }

  private void call(Task task) {
    concurrency.acquireUninterruptibly();
    Optional<Outcome> outcome;
    try {
      outcome = Optional.of(attempt(task));
    } catch (RuntimeException | Error e) {
      log.error("an attempt failed in a way that was not foreseen; its lease has to end", e);
      outcome = Optional.empty();
    } finally {
      concurrency.release();
      supply.answered();
    }
    outcome.ifPresentOrElse(
        one -> handOver(one, task.lease()),
        () -> whenDone(uncalled(task.claim()), new Decision.Uncalled()));
  }

  private void handOver(Outcome outcome, Lease lease) {
    try {
      recorder.accept(outcome, lease);
    } catch (RuntimeException | Error e) {
      whenDone(outcome, new Decision.Uncalled());
      log.error("an outcome cannot be kept; the order is claimed again when its lease ends", e);
    }
  }

  private Outcome attempt(Task task) {
    Attempt.Result result = attempt.make(task, permits.of(task, this::isStillDue));
    counts.called(result.outcome().exchanges().size());
    if (result.outcome().decision() instanceof Decision.RateLimited) {
      shared.rate().lower().ifPresent(Calls::sayLowered);
    }
    // What a stop broke off is no sign of an outage.
    return permits.isCancelled() ? result.outcome() : shared.faults().seen(task, result);
  }

  /**
   * Age, status and sub-merchant as the row has them now. An order that differs is given back
   * uncalled, and the next claim decides about it.
   */
  private boolean isStillDue(Task task) {
    return rows.read(task.claim().outTradeNo())
        .map(row -> check.check(task.claim(), row, task.databaseNow()))
        .filter(
            checked ->
                checked instanceof Checked.Callable callable
                    && callable.order().merchant().equals(task.order().merchant()))
        .isPresent();
  }

  /** A stop does not wait for what it broke off. */
  private boolean moreWillBeAnswered() {
    return supply.isUnanswered() && !permits.isCancelled();
  }

  static void sayLowered(double callsASecond) {
    Event.RATE_LOWERED
        .on(log)
        .addKeyValue("calls_per_second", callsASecond)
        .log("WeChat Pay says the account calls too often; the rate is lowered");
  }

  private void whenDone(Outcome outcome, Decision decision) {
    counts.recorded(outcome, decision);
    supply.done();
  }
}
