package io.staleorders.sweep;

import io.staleorders.order.Decision;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.store.Outcome;
import io.staleorders.store.RecordStore;
import io.staleorders.store.Recorded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records outcomes in batches: a moment after they come while more calls are under way, at once
 * after the last. What cannot be recorded now, because the database is away or the shop holds its
 * row, is kept and tried again; what makes a batch fail or wait is recorded one by one beside the
 * batches, so that they go on.
 */
final class Recorder {
  private static final Logger log = LoggerFactory.getLogger(Recorder.class);

  /** How long the first outcome of a batch waits for others: one commit serves them all. */
  static final Duration GATHER = Duration.ofMillis(150);

  private static final Duration TRY_AGAIN = Duration.ofMillis(250);
  private static final Duration TRY_APART_AGAIN = Duration.ofSeconds(1);
  private static final int LARGEST_BATCH = 200;

  private final RecordStore store;
  private final DatabaseWatch database;
  private final BooleanSupplier moreWillCome;
  private final BiConsumer<Outcome, Decision> whenDone;
  private final Lane together;
  private final Lane apart;
  private volatile boolean closing;

  /**
   * An outcome on its way.
   *
   * @param notBefore when it may be tried again
   */
  private record Pending(Outcome outcome, Lease lease, long notBefore) {
    static Pending fresh(Outcome outcome, Lease lease) {
      return new Pending(outcome, lease, Ticker.now());
    }

    Pending after(Duration wait) {
      return new Pending(outcome, lease, Ticker.after(wait));
    }
  }

  /**
   * @param moreWillCome whether calls are under way whose outcomes are worth waiting for
   * @param whenDone told of each outcome once nothing more is done with it, with what was recorded
   */
  Recorder(
      RecordStore store,
      DatabaseWatch database,
      BooleanSupplier moreWillCome,
      BiConsumer<Outcome, Decision> whenDone) {
    this.store = store;
    this.database = database;
    this.moreWillCome = moreWillCome;
    this.whenDone = whenDone;
    this.together = new Lane("recorder", LARGEST_BATCH, this::recordTogether);
    this.apart = new Lane("recorder-apart", 1, batch -> batch.forEach(this::recordApart));
  }

  /** Takes an outcome to be recorded. */
  void accept(Outcome outcome, Lease lease) {
    together.take(Pending.fresh(outcome, lease));
  }

  /** Records what it has, once and within the deadline; what fails then is left to its lease. */
  void stop(StopDeadline deadline) {
    closing = true;
    together.awaitEnd(deadline);
    apart.mayEnd = true;
    apart.awaitEnd(deadline);
  }

  /** Outcomes that are recorded one batch after another, on a thread of their own. */
  private final class Lane {
    private final int largest;
    private final Consumer<List<Pending>> record;

    /** An empty one only wakes the thread. */
    private final LinkedBlockingQueue<Optional<Pending>> queue = new LinkedBlockingQueue<>();

    private final List<Pending> held = new ArrayList<>();
    private final Thread thread;

    /** The batches may still hand something over. */
    private volatile boolean mayEnd;

    Lane(String name, int largest, Consumer<List<Pending>> record) {
      this.largest = largest;
      this.record = record;
      this.mayEnd = largest > 1;
      this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    void take(Pending pending) {
      queue.add(Optional.of(pending));
    }

    /** Keeps an outcome for a while; called on this lane's thread. */
    void hold(Pending pending, Duration wait) {
      held.add(pending.after(wait));
    }

    private void run() {
      while (!(closing && mayEnd)) {
        try {
          record(gather());
        } catch (InterruptedException e) {
          break;
        }
      }
      List<Pending> rest = new ArrayList<>(held);
      held.clear();
      List<Optional<Pending>> queued = new ArrayList<>();
      queue.drainTo(queued);
      queued.forEach(next -> next.ifPresent(rest::add));
      for (int from = 0; from < rest.size(); from += largest) {
        record(rest.subList(from, Math.min(from + largest, rest.size())));
      }
    }

    private void record(List<Pending> batch) {
      if (batch.isEmpty()) {
        return;
      }
      try {
        record.accept(List.copyOf(batch));
      } catch (RuntimeException | Error e) {
        log.error("recording failed in a way that was not foreseen", e);
        batch.forEach(one -> whenDone.accept(one.outcome(), new Decision.Uncalled()));
      }
    }

    /** What was held leaves room for what is new. */
    private List<Pending> gather() throws InterruptedException {
      List<Pending> batch =
          new ArrayList<>(
              held.stream()
                  .filter(one -> Ticker.isOver(one.notBefore()))
                  .limit(queue.isEmpty() ? largest : largest / 2)
                  .toList());
      held.removeAll(batch);
      long end = Ticker.after(batch.isEmpty() ? TRY_AGAIN : Duration.ZERO);
      while (batch.size() < largest) {
        boolean wait = batch.isEmpty() || moreWillCome.getAsBoolean();
        Optional<Pending> next =
            queue.poll(wait ? Math.max(0, Ticker.until(end).toNanos()) : 0, TimeUnit.NANOSECONDS);
        if (next == null || next.isEmpty()) {
          break;
        }
        if (batch.isEmpty()) {
          end = Ticker.after(GATHER);
        }
        batch.add(next.get());
      }
      return batch;
    }

    private void awaitEnd(StopDeadline deadline) {
      queue.add(Optional.empty());
      try {
        thread.join(deadline.toRecord());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void recordTogether(List<Pending> batch) {
    List<Recorded> recorded;
    try {
      recorded = store.record(batch.stream().map(Pending::outcome).toList());
    } catch (JdbiException e) {
      if (SqlFailure.isOfServer(e) && !SqlFailure.isSaidByServer(e)) {
        database.recordingFailed(e);
        batch.forEach(one -> together.hold(one, TRY_AGAIN));
      } else {
        batch.forEach(apart::take);
      }
      return;
    } catch (RuntimeException e) {
      log.debug("a batch cannot be recorded together", e);
      batch.forEach(apart::take);
      return;
    }
    database.recorded();
    IdentityHashMap<Outcome, Pending> pending = new IdentityHashMap<>();
    batch.forEach(one -> pending.put(one.outcome(), one));
    recorded.forEach(
        one ->
            Optional.ofNullable(pending.get(one.outcome()))
                .ifPresent(p -> finish(one, p, together)));
  }

  private void recordApart(Pending one) {
    try {
      List<Recorded> recorded = store.recordApart(one.outcome());
      database.recorded();
      recorded.forEach(what -> finish(what, one, apart));
    } catch (JdbiException e) {
      failedApart(one, e);
    }
  }

  private void finish(Recorded recorded, Pending pending, Lane lane) {
    switch (recorded) {
      case Recorded.Done done -> {
        OrderLog.recorded(done);
        whenDone.accept(done.outcome(), done.decision());
      }
      case Recorded.ClaimLost lost -> whenDone.accept(lost.outcome(), new Decision.Uncalled());
      case Recorded.RowHeld row -> {
        if (isLast(pending)) {
          recordInstead(pending, RetryReason.ROW_LOCKED);
        } else {
          lane.hold(pending, TRY_AGAIN);
        }
      }
    }
  }

  private boolean isLast(Pending pending) {
    return pending.lease().isOver() || closing;
  }

  /** The shop's row, or a trigger of it; or the server, which says so for every row. */
  private void failedApart(Pending one, JdbiException e) {
    boolean ofServer = SqlFailure.isOfServer(e);
    boolean silent = ofServer && !SqlFailure.isSaidByServer(e);
    if (closing && ofServer) {
      // Its lease is left to expire.
      return;
    }
    boolean later =
        !closing && (silent || ((ofServer || SqlFailure.isPassing(e)) && !one.lease().isOver()));
    if (ofServer) {
      database.recordingFailed(e);
    }
    if (later) {
      apart.hold(one, TRY_APART_AGAIN);
    } else {
      database.recordingGivenUp();
      refused(one, e);
    }
  }

  /** The shop's database does not take the change to its row: a trigger, a constraint. */
  private void refused(Pending one, JdbiException e) {
    if (!(one.outcome().decision() instanceof Decision.Resolution)) {
      unrecorded(one.outcome(), e);
      return;
    }
    log.atWarn()
        .addKeyValue("out_trade_no", one.outcome().claim().outTradeNo())
        .addKeyValue("error", SqlFailure.message(e))
        .addKeyValue("sql_state", SqlFailure.sqlState(e))
        .log("the shop's database refused the change to an order's row");
    recordInstead(one, RetryReason.ROW_REFUSED);
  }

  /** Nothing is changed in the shop's row, and our own is not held by anybody for long. */
  private void recordInstead(Pending pending, RetryReason reason) {
    Outcome outcome = pending.outcome();
    Outcome instead = outcome.with(outcome.unwritten(reason), outcome.retryAfter());
    try {
      store.recordApart(instead).forEach(what -> finish(what, pending, apart));
    } catch (JdbiException e) {
      unrecorded(outcome, e);
    }
  }

  private void unrecorded(Outcome outcome, JdbiException e) {
    log.atError()
        .addKeyValue("out_trade_no", outcome.claim().outTradeNo())
        .addKeyValue("error", SqlFailure.message(e))
        .log("an outcome cannot be recorded; the order is claimed again when its lease ends");
    whenDone.accept(outcome, new Decision.Uncalled());
  }
}
