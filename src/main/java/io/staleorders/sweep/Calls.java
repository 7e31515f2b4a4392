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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The orders this copy has claimed: each called about on a thread of its own, then recorded. */
final class Calls implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Calls.class);

  /** How many seconds of calls, at the present rate, are claimed ahead. */
  private static final double SECONDS_AHEAD = 3;

  /** How often more is claimed at the most while earlier claims are not used up. */
  private static final Duration CLAIM_GAP = Duration.ofMillis(200);

  /** How long calls that a stop broke off have to end and to be recorded. */
  private static final Duration AFTER_CANCEL = Duration.ofMillis(500);

  private static final Duration STOP_TURN = Duration.ofMillis(20);

  /** How many orders that need no call, cancelled ones say, a probe passes by to find one. */
  private static final int LONGEST_SEARCH = 100;

  /** Most answered orders that wait to be recorded while more are claimed. */
  private static final int MOST_UNRECORDED = 2_000;

  private final Stores stores;
  private final SweepSettings settings;
  private final ClaimCheck check;
  private final Attempt attempt;
  private final Sweep.Shared shared;
  private final Permits permits;
  private final SweepCounts counts;
  private final Runnable cancelCalls;
  private final Recorder recorder;
  private final Semaphore concurrency;
  private final AtomicInteger outstanding = new AtomicInteger();
  private final AtomicInteger unanswered = new AtomicInteger();
  private final Semaphore finished = new Semaphore(0);
  private long lastClaim = Ticker.now();

  /** Held while orders are claimed, so that a stop finds all that are. */
  private final ReentrantLock claiming = new ReentrantLock();

  Calls(
      Stores stores,
      SweepSettings settings,
      ClaimCheck check,
      Attempt attempt,
      Sweep.Shared shared,
      SweepCounts counts,
      Runnable cancelCalls) {
    this.stores = stores;
    this.settings = settings;
    this.check = check;
    this.attempt = attempt;
    this.shared = shared;
    this.permits = new Permits(settings.callTimeout(), shared);
    this.counts = counts;
    this.cancelCalls = cancelCalls;
    this.concurrency = new Semaphore(settings.concurrency());
    this.recorder =
        new Recorder(stores.record(), shared.database(), this::moreWillBeAnswered, this::whenDone);
  }

  boolean isStopping() {
    return permits.isStopping();
  }

  boolean areUnderWay() {
    return outstanding.get() > 0;
  }

  /** Whether this copy may call at all. */
  boolean mayCall() {
    return permits.mayBegin();
  }

  /** Whether half of what is claimed ahead is still there, so that more can wait a moment. */
  boolean areSupplied() {
    int target = target();
    return areUnderWay() && !isMuch(target - unanswered.get(), target);
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
    int target = target();
    int room = Math.min(target - unanswered.get(), MOST_UNRECORDED - outstanding.get());
    boolean soon = !isMuch(room, target) && !Ticker.isOver(lastClaim + CLAIM_GAP.toNanos());
    if (room <= 0 || soon || !mayCall()) {
      return 0;
    }
    lastClaim = Ticker.now();
    long claimTick = lastClaim;
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
        probeWhileHeld();
      }
    } finally {
      claiming.unlock();
    }
  }

  private void probeWhileHeld() {
    Optional<PauseScope> scope =
        shared.database().ask(stores.pauses()::takeProbe).flatMap(taken -> taken);
    scope
        .filter(taken -> !tryOne(taken))
        .flatMap(taken -> shared.database().ask(() -> stores.pauses().returnProbe(taken)))
        .ifPresent(rows -> log.debug("no order wanted a call, so that the pause was not probed"));
  }

  /** Whether an order of the scope was found that is called about now. */
  private boolean tryOne(PauseScope scope) {
    for (int i = 0; i < LONGEST_SEARCH; i++) {
      long claimTick = Ticker.now();
      Optional<Claims> claimed = shared.database().ask(() -> stores.claims().claimProbe(scope));
      if (claimed.isEmpty() || claimed.get().claims().isEmpty()) {
        return false;
      }
      if (begin(claimed.get(), claimTick, Optional.of(scope)) > 0) {
        return true;
      }
    }
    return false;
  }

  /** Waits until there is room to claim many, or nothing is under way; {@code atMost} so long. */
  void awaitRoom(Duration atMost) {
    try {
      if (finished.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        finished.drainPermits();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nothing new begins; what is under way ends within the grace and is recorded. */
  @Override
  public void close() {
    permits.stop();
    finished.release();
    long end = Ticker.after(settings.grace());
    awaitClaim(end);
    awaitOutstanding(end);
    permits.cancel();
    cancelCalls.run();
    awaitOutstanding(Ticker.after(AFTER_CANCEL));
    recorder.close();
  }

  /** In short turns: that all have ended is told to the sweep, which waits for it too. */
  private void awaitOutstanding(long end) {
    while (areUnderWay() && !Ticker.isOver(end) && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(Math.min(STOP_TURN.toNanos(), Ticker.until(end).toNanos()));
    }
  }

  /** An order claimed just now is under way from here on, and is given back. */
  private void awaitClaim(long end) {
    try {
      if (claiming.tryLock(Ticker.until(end).toNanos(), TimeUnit.NANOSECONDS)) {
        claiming.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static boolean isMuch(int room, int target) {
    return room >= (target + 1) / 2;
  }

  private int target() {
    double callsAhead = shared.rate().callsASecond() * SECONDS_AHEAD;
    double ordersAhead = settings.confirm() ? callsAhead / 2 : callsAhead;
    return (int) Math.clamp(Math.ceil(ordersAhead), 1, settings.batchSize());
  }

  /**
   * Sets out to call about claimed orders.
   *
   * @return how many of them are called about; the rest needs no call
   */
  private int begin(Claims claims, long claimTick, Optional<PauseScope> probe) {
    if (claims.claims().isEmpty()) {
      return 0;
    }
    Lease lease = Lease.begunAt(claimTick, settings.lease());
    outstanding.addAndGet(claims.claims().size());
    int called = 0;
    counts.claimed(claims.claims().size());
    Duration databaseAhead = Duration.between(shared.clock().instant(), claims.now());
    List<String> numbers = claims.claims().stream().map(Claim::outTradeNo).toList();
    Map<String, ShopOrder> orders =
        shared.database().ask(() -> stores.shop().read(numbers)).orElse(Map.of());
    for (Claim claim : claims.claims()) {
      ShopOrder order = orders.get(claim.outTradeNo());
      if (order == null) {
        recorder.accept(uncalled(claim), lease);
        continue;
      }
      switch (check.check(claim, order, claims.now())) {
        case Checked.Decided decided -> recorder.accept(decided.outcome(), lease);
        case Checked.Callable callable -> {
          called++;
          start(
              new Task(
                  claim, callable.order(), claims.now(), claimTick, databaseAhead, lease, probe));
        }
      }
    }
    return called;
  }

  private static Outcome uncalled(Claim claim) {
    return new Outcome(
        claim,
        claim.subMchid(),
        claim.createdAt(),
        new Decision.Uncalled(),
        Duration.ZERO,
        List.of());
  }

  private void start(Task task) {
    unanswered.incrementAndGet();
    Thread.ofVirtual().name(task.claim().outTradeNo()).start(() -> call(task));
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
      answered();
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
    Attempt.Result result = attempt.make(task, permits.of(task));
    counts.called(result.outcome().exchanges().size());
    if (result.outcome().decision() instanceof Decision.RateLimited) {
      shared.rate().lower().ifPresent(Calls::sayLowered);
    }
    // What a stop broke off is no sign of an outage.
    return permits.isCancelled() ? result.outcome() : shared.faults().seen(task, result);
  }

  /** Tells the sweep when much has to be claimed. */
  private void answered() {
    int target = target();
    int room = target - unanswered.decrementAndGet();
    if (isMuch(room, target) && !isMuch(room - 1, target)) {
      finished.release();
    }
  }

  /** A stop does not wait for what it broke off. */
  private boolean moreWillBeAnswered() {
    return unanswered.get() > 0 && !permits.isCancelled();
  }

  private static void sayLowered(double callsASecond) {
    Event.RATE_LOWERED
        .on(log)
        .addKeyValue("calls_per_second", callsASecond)
        .log("WeChat Pay says the account calls too often; the rate is lowered");
  }

  private void whenDone(Outcome outcome, Decision decision) {
    counts.recorded(outcome, decision);
    if (outstanding.decrementAndGet() == 0) {
      finished.release();
    }
  }
}
