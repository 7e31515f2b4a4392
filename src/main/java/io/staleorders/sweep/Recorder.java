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
  private static final Duration TRY_ALONE_AGAIN = Duration.ofSeconds(1);
  private static final int LARGEST_BATCH = 200;

  private final RecordStore store;
  private final DatabaseWatch database;
  private final BiConsumer<Outcome, Decision> whenDone;
  private final LinkedBlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
  private final ConcurrentLinkedQueue<Pending> held = new ConcurrentLinkedQueue<>();
  private final Thread thread;
  private volatile boolean closing;

  /**
   * An outcome on its way.
   *
   * @param notBefore when it may be tried again
   * @param alone whether it is kept apart, since it would make a batch fail or wait
   */
  private record Pending(Outcome outcome, Lease lease, long notBefore, boolean alone) {
    static Pending fresh(Outcome outcome, Lease lease) {
      return new Pending(outcome, lease, Ticker.now(), false);
    }

    Pending again(Duration wait, boolean apart) {
      return new Pending(outcome, lease, Ticker.after(wait), apart);
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
    queue.add(Pending.fresh(outcome, lease));
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
        recordAll(gather());
      } catch (InterruptedException e) {
        break;
      } catch (RuntimeException e) {
        log.error("recording failed in a way that was not foreseen", e);
      }
    }
    List<Pending> rest = new ArrayList<>();
    queue.drainTo(rest);
    rest.addAll(held);
    recordAll(rest);
  }

  private void recordAll(List<Pending> pending) {
    List<Pending> together = pending.stream().filter(one -> !one.alone()).toList();
    if (!together.isEmpty()) {
      record(together);
    }
    pending.stream().filter(Pending::alone).forEach(one -> record(List.of(one)));
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
    List<Pending> again = held.stream().filter(one -> Ticker.isOver(one.notBefore())).toList();
    held.removeAll(again);
    batch.addAll(again);
    return batch;
  }

  private void record(List<Pending> batch) {
    Map<Outcome, Pending> pending =
        batch.stream().collect(Collectors.toMap(Pending::outcome, Function.identity()));
    List<Recorded> recorded;
    try {
      recorded = store.record(batch.stream().map(Pending::outcome).toList());
    } catch (JdbiException e) {
      if (SqlFailure.isOfServer(e)) {
        database.failed(e);
        batch.forEach(one -> held.add(one.again(TRY_AGAIN, one.alone())));
      } else if (batch.size() > 1) {
        batch.forEach(one -> record(List.of(one)));
      } else {
        failedAlone(batch.getFirst(), e);
      }
      return;
    } catch (RuntimeException e) {
      unforeseen(batch, e);
      return;
    }
    database.answered();
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
          held.add(one.again(TRY_AGAIN, false));
        }
      }
    }
  }

  /** A fault of ours: the order is claimed again when its lease ends, and the others go on. */
  private void unforeseen(List<Pending> batch, RuntimeException e) {
    if (batch.size() > 1) {
      batch.forEach(one -> record(List.of(one)));
    } else {
      log.error("an outcome cannot be recorded in a way that was not foreseen", e);
      whenDone.accept(batch.getFirst().outcome(), new Decision.Uncalled());
    }
  }

  /** The shop's row, or a trigger of it: nobody else has to wait for that. */
  private void failedAlone(Pending one, JdbiException e) {
    if (SqlFailure.isPassing(e) && !one.lease().isOver() && !closing) {
      held.add(one.again(TRY_ALONE_AGAIN, true));
    } else {
      refused(one, e);
    }
  }

  /** The shop's database does not take the change to its row: a trigger, a constraint. */
  private void refused(Pending one, JdbiException e) {
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
    record(List.of(Pending.fresh(instead, new Lease(Ticker.now()))));
  }
}
