package io.staleorders.sweep;

import io.staleorders.order.Decision;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.store.Outcome;
import io.staleorders.store.RecordStore;
import io.staleorders.store.Recorded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records outcomes in batches, a moment after they come, without waiting for other orders. What
 * cannot be recorded now, because the database is away or the shop holds its row, is kept and tried
 * again.
 */
final class Recorder implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Recorder.class);

  /** How long the first outcome of a batch waits for others. */
  private static final Duration GATHER = Duration.ofMillis(50);

  private static final Duration TRY_AGAIN = Duration.ofMillis(250);

  /** How long a row is left in peace whose change had to wait for a lock of the shop's. */
  private static final Duration TRY_AGAIN_ALONE = Duration.ofSeconds(1);

  private static final int LARGEST_BATCH = 200;

  private final RecordStore store;
  private final DatabaseWatch database;
  private final BiConsumer<Outcome, Decision> whenDone;
  private final LinkedBlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final ConcurrentLinkedQueue<Pending> held = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean closing;

  /** Outcomes that made a batch wait for a lock: recorded one at a time, beside the batches. */
  private final ConcurrentLinkedQueue<Pending> alone = new ConcurrentLinkedQueue<>();

  /**
   * @param notBefore when it may be tried
   */
  private record Pending(Outcome outcome, Lease lease, long notBefore) {
    Pending(Outcome outcome, Lease lease) {
      this(outcome, lease, Ticker.now());
    }

    Pending later() {
      return new Pending(outcome, lease, Ticker.after(TRY_AGAIN_ALONE));
    }
  }

  /**
   * @param whenDone told of each outcome once nothing more is done with it, with what was recorded
   */
  Recorder(RecordStore store, DatabaseWatch database, BiConsumer<Outcome, Decision> whenDone) {
    this.store = store;
    this.database = database;
    this.whenDone = whenDone;
    this.thread = Thread.ofPlatform().name("recorder").daemon().start(this::run);
  }

  /** Takes an outcome to be recorded. */
  void accept(Outcome outcome, Lease lease) {
    queue.add(new Pending(outcome, lease));
  }

  /** Records what it has, once; what fails then is left to its lease. */
  @Override
  public void close() {
    closing = true;
    try {
      thread.join(Duration.ofSeconds(5));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!closing) {
      try {
        List<Pending> batch = gather();
        if (!batch.isEmpty()) {
          record(batch);
        }
        recordOneAlone();
      } catch (InterruptedException e) {
        break;
      } catch (RuntimeException e) {
        log.error("recording failed in a way that was not foreseen", e);
      }
    }
    List<Pending> rest = new ArrayList<>();
    queue.drainTo(rest);
    rest.addAll(held);
    rest.addAll(alone);
    if (!rest.isEmpty()) {
      record(rest);
    }
  }

  private List<Pending> gather() throws InterruptedException {
    List<Pending> batch = new ArrayList<>();
    Pending first = queue.poll(TRY_AGAIN.toMillis(), TimeUnit.MILLISECONDS);
    if (first != null) {
      batch.add(first);
      long end = Ticker.after(GATHER);
      while (batch.size() < LARGEST_BATCH && !Ticker.isOver(end)) {
        Pending next = queue.poll(Ticker.until(end).toNanos(), TimeUnit.NANOSECONDS);
        if (next != null) {
          batch.add(next);
        }
      }
    }
    for (Pending again = held.poll(); again != null; again = held.poll()) {
      batch.add(again);
    }
    return batch;
  }

  private void recordOneAlone() {
    Pending next = alone.peek();
    if (next != null && Ticker.isOver(next.notBefore())) {
      alone.remove();
      record(List.of(next));
    }
  }

  private void record(List<Pending> batch) {
    List<Recorded> recorded;
    try {
      recorded = store.record(batch.stream().map(Pending::outcome).toList());
    } catch (JdbiException e) {
      if (SqlFailure.isOfServer(e)) {
        database.failed(e);
        held.addAll(batch);
      } else if (batch.size() > 1) {
        batch.forEach(one -> record(List.of(one)));
      } else {
        refused(batch.getFirst(), e);
      }
      return;
    } catch (RuntimeException e) {
      if (batch.size() > 1) {
        batch.forEach(one -> record(List.of(one)));
      } else {
        log.error("an outcome cannot be recorded; the order is claimed again later", e);
        whenDone.accept(batch.getFirst().outcome(), new Decision.Uncalled());
      }
      return;
    }
    database.answered();
    Map<Outcome, Pending> pending =
        batch.stream().collect(Collectors.toMap(Pending::outcome, Function.identity()));
    recorded.forEach(one -> finish(one, pending));
  }

  private void finish(Recorded recorded, Map<Outcome, Pending> pending) {
    switch (recorded) {
      case Recorded.Done done -> {
        OrderLog.recorded(done);
        whenDone.accept(done.outcome(), done.decision());
      }
      case Recorded.ClaimLost lost -> whenDone.accept(lost.outcome(), new Decision.Uncalled());
      case Recorded.RowHeld row -> {
        Pending one = pending.get(row.outcome());
        if (one == null || one.lease().isOver() || closing) {
          retryInstead(row.outcome(), RetryReason.ROW_LOCKED);
        } else {
          held.add(one);
        }
      }
    }
  }

  /** The shop's database does not take the change to its row: a trigger, a constraint. */
  private void refused(Pending one, JdbiException e) {
    if (SqlFailure.isOfOthers(e) && !one.lease().isOver() && !closing) {
      alone.add(one.later());
      return;
    }
    if (one.outcome().decision() instanceof Decision.Retry) {
      log.atError()
          .addKeyValue("out_trade_no", one.outcome().claim().outTradeNo())
          .addKeyValue("error", SqlFailure.message(e))
          .log("an outcome cannot be recorded; the order is claimed again when its lease ends");
      whenDone.accept(one.outcome(), new Decision.Uncalled());
      return;
    }
    log.atWarn()
        .addKeyValue("out_trade_no", one.outcome().claim().outTradeNo())
        .addKeyValue("error", SqlFailure.message(e))
        .addKeyValue("sql_state", SqlFailure.sqlState(e))
        .log("the shop's database refused the change to an order's row");
    retryInstead(one.outcome(), RetryReason.ROW_REFUSED);
  }

  private void retryInstead(Outcome outcome, RetryReason reason) {
    Decision.Retry retry =
        new Decision.Retry(reason, Duration.ZERO, true, outcome.claim().progress().absences());
    Outcome instead = outcome.with(retry, outcome.retryAfter());
    record(List.of(new Pending(instead, new Lease(Ticker.now()))));
  }
}
