package io.staleorders.sweep;

import io.staleorders.order.Backoff;
import io.staleorders.order.CloseDecider;
import io.staleorders.order.Event;
import io.staleorders.order.MerchantId;
import io.staleorders.store.Look;
import io.staleorders.sweep.DatabaseWatch.Asked;
import io.staleorders.wechatpay.CloseClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass over what is due: scan, claim, call, decide, record, until nothing is left. The steps
 * overlap; only one pass runs at a time in a process.
 */
public final class Sweep implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Sweep.class);

  /** Longest pause between two looks for more while calls are under way. */
  private static final Duration TURN = Duration.ofMillis(200);

  /** The same while there is plenty to call about: each look, claim and commit costs the shop. */
  private static final Duration TURN_WHILE_PLENTY = Duration.ofMillis(500);

  /** How soon a database that did not answer is asked again. */
  private static final Duration DATABASE_RETRY = Duration.ofSeconds(1);

  private final ReentrantLock pass = new ReentrantLock();
  private final Stores stores;
  private final SweepSettings settings;
  private final Shared shared;
  private final DatabaseWatch database;
  private final SweepCounts counts = new SweepCounts();
  private final UnreadableRows unreadable = new UnreadableRows();
  private final Scan scan;
  private final Calls calls;
  private boolean lookedForNew;
  private final LookPace lookPace = new LookPace();

  public Sweep(
      Stores stores,
      SweepSettings settings,
      MerchantId spMchid,
      CloseClient client,
      CloseDecider decider,
      Backoff backoff,
      Shared shared) {
    this.stores = stores;
    this.settings = settings;
    this.shared = shared;
    this.database = shared.database();
    this.scan =
        new Scan(
            stores.scan(), stores.due(), database, unreadable, counts, settings.fullScanInterval());
    this.calls =
        new Calls(
            stores,
            settings,
            new ClaimCheck(spMchid, settings.closeDelay()),
            new Attempt(client, decider, backoff),
            shared,
            unreadable,
            counts,
            client::cancelAll);
  }

  /**
   * What the sweep shares with the rest of the process.
   *
   * @param clock this machine's
   */
  public record Shared(DatabaseWatch database, CallRate rate, Faults faults, InstantSource clock) {}

  /**
   * Runs one pass. It ends when nothing is due; it never throws for what the database, the network
   * or WeChat Pay do.
   *
   * @return how long nothing will be due: the time to the next pass, {@code SWEEP_INTERVAL} at most
   */
  public Duration run() {
    pass.lock();
    try {
      return pass();
    } finally {
      pass.unlock();
    }
  }

  private Duration pass() {
    long begun = Ticker.now();
    scan.newPass();
    Optional<Look> look = look();
    while (look.isPresent() && !calls.isStopping() && isWork(look.get())) {
      turn(look.get());
      look = look();
    }
    calls.awaitStop();
    finish(begun);
    return look.filter(present -> !database.isUnavailable())
        .map(this::untilNext)
        .orElse(shortest(DATABASE_RETRY, settings.interval()));
  }

  /** Closes the named orders as far as they are due, and no others. */
  public void runNamed(List<String> outTradeNos) {
    long begun = Ticker.now();
    boolean moreMayBeDue = true;
    while (!calls.isStopping() && !database.isUnavailable() && moreMayBeDue) {
      // With orders under way none may be claimed for want of room alone.
      moreMayBeDue = calls.areUnderWay();
      if (calls.claimNamed(outTradeNos) > 0) {
        moreMayBeDue = true;
      } else if (moreMayBeDue) {
        calls.awaitRoom(TURN);
      }
    }
    calls.awaitStop();
    finish(begun);
  }

  /** Whether this copy may call at all: its database answers and its clock is right. */
  public boolean mayCall() {
    return calls.mayCall();
  }

  /** All that was done since the start. */
  public SweepSummary total() {
    return counts.total();
  }

  /** Whether every order of the shop that was due at the start has been entered. */
  public boolean hasScannedAll() {
    return scan.hasScannedAll();
  }

  /** Stops with the grace of the settings, which begins now. */
  @Override
  public void close() {
    stop(StopDeadline.after(settings.grace()));
  }

  /**
   * Stops claiming; calls in flight end within the grace and are recorded, the rest is given back.
   * The pass in progress has ended then, unless the database hangs.
   */
  public void stop(StopDeadline deadline) {
    calls.stop(deadline);
    try {
      if (pass.tryLock(deadline.toRecord().toNanos(), TimeUnit.NANOSECONDS)) {
        pass.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<Look> look() {
    if (database.isUnavailable() && database.ask(this::write).isEmpty()) {
      return Optional.empty();
    }
    Consumer<List<String>> pausedScopes = shared.faults().asking();
    Optional<Look> look =
        switch (database.readOfRows(this::lookForWork)) {
          case Asked.Done<Look> seen -> Optional.of(seen.value());
          case Asked.Unavailable<Look> unavailable -> Optional.empty();
          // Some row cannot be read: a scan finds it, and enters the others.
          case Asked.Refused<Look> refused -> database.read(stores.look()::lookAtOwn);
        };
    look.ifPresent(
        present -> {
          if (present.tableChanged()) {
            database.tableChanged();
          }
          shared.faults().databaseAhead(Duration.between(shared.clock().instant(), present.now()));
          pausedScopes.accept(present.paused());
          shared.faults().endWhatIsOver();
        });
    return look;
  }

  /**
   * Orders that fell due meanwhile are looked for only now and then while others are called about:
   * the look passes all that wait for their calls, which are called about before anyway.
   */
  private Look lookForWork() {
    lookedForNew = !scan.isRunning() && (!calls.areUnderWay() || lookPace.isDue());
    long begun = Ticker.now();
    Look look = stores.look().look(lookedForNew, unreadable.known());
    if (lookedForNew) {
      lookPace.looked(begun);
    }
    return look;
  }

  /** The first thing after the database failed: one that can only be read is not available. */
  private boolean write() {
    shared.rate().tryToWrite();
    return true;
  }

  private void turn(Look look) {
    int claimed = 0;
    if (!database.isUnavailable()) {
      scan.beginIfDue(look);
      scan.step();
      if (look.probeDue()) {
        calls.probe();
      }
      claimed = look.claimDue() ? calls.claim() : 0;
    }
    if (database.isUnavailable()) {
      calls.awaitRoom(TURN);
    } else if (!scan.isRunning() && calls.arePlenty()) {
      calls.awaitRoom(TURN_WHILE_PLENTY);
    } else if (!scan.isRunning() && claimed == 0) {
      calls.awaitRoom(shortest(TURN, lookPace.untilDue()));
    }
  }

  private boolean isWork(Look look) {
    return calls.areUnderWay() || (!database.isUnavailable() && isNewWork(look));
  }

  private boolean isNewWork(Look look) {
    return !lookedForNew
        || scan.isDue(look)
        || ((look.claimDue() || look.probeDue()) && calls.mayCall());
  }

  private Duration untilNext(Look look) {
    Instant next =
        Stream.of(
                calls.mayCall() ? look.claimableAt() : Optional.<Instant>empty(),
                look.nextDueAt(),
                calls.mayCall() ? look.probeAt() : Optional.<Instant>empty(),
                Optional.of(scan.nextFullAt(look.now())))
            .flatMap(Optional::stream)
            .min(Instant::compareTo)
            .orElse(look.now().plus(settings.interval()));
    Duration wait = Duration.between(look.now(), next);
    return wait.isNegative() ? Duration.ZERO : shortest(wait, settings.interval());
  }

  private void finish(long begun) {
    SweepSummary summary = counts.take();
    if (summary.isEmpty()) {
      return;
    }
    Event.SWEEP_FINISHED
        .on(log)
        .addKeyValue("claimed", summary.claimed())
        .addKeyValue("closed", summary.closed())
        .addKeyValue("paid", summary.paid())
        .addKeyValue("not_found", summary.notFound())
        .addKeyValue("retried", summary.retried())
        .addKeyValue("abandoned", summary.abandoned())
        .addKeyValue("superseded", summary.superseded())
        .addKeyValue("calls", summary.calls())
        .addKeyValue("duration_ms", Ticker.since(begun).toMillis())
        .log("sweep finished");
  }

  private static Duration shortest(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
