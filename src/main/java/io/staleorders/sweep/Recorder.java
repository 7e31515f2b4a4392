package io.staleorders.sweep;

import io.staleorders.order.Decision;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.store.DatabaseFailure;
import io.staleorders.store.Outcome;
import io.staleorders.store.RecordStore;
import io.staleorders.store.Recorded;
import io.staleorders.store.RowRefusal;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records outcomes in batches: a moment after they come while more calls are in flight, at once
 * after the last. What cannot be recorded now, because the database is unavailable or the shop
 * holds its row, is kept and tried again. What makes a batch fail or wait is recorded one by one
 * beside the batches, and what is slow even so beside those, so that no order waits for another
 * one's row.
 *
 * <p>A row that cannot be written, or read, is left alone when nothing else is left to try: a
 * payment is recorded without it, any other order is tried again.
 */
final class Recorder {
  private static final Logger log = LoggerFactory.getLogger(Recorder.class);

  /** How long the first outcome of a batch waits for others: one commit serves them all. */
  static final Duration GATHER = Duration.ofMillis(150);

  private static final Duration TRY_AGAIN = Duration.ofMillis(250);
  private static final Duration TRY_SLOW_AGAIN = Duration.ofSeconds(1);
  private static final int LARGEST_BATCH = 200;
  private static final int APART_AT_A_TIME = 3;

  /** How long a statement about one order may take before it makes others wait. */
  private static final Duration LONGEST_APART = Duration.ofMillis(500);

  private static final Duration LONGEST_SLOW = Duration.ofSeconds(10);

  private final RecordStore store;
  private final DatabaseWatch database;
  private final BiConsumer<Outcome, Decision> whenDone;
  private final Lane together;
  private final Lane apart;
  private final Lane slow;
  private volatile boolean closing;

  /**
   * @param moreWillCome whether calls are in flight whose outcomes are worth waiting for
   * @param whenDone told of each outcome once nothing more is done with it, with what was recorded
   */
  Recorder(
      RecordStore store,
      DatabaseWatch database,
      BooleanSupplier moreWillCome,
      BiConsumer<Outcome, Decision> whenDone) {
    this.store = store;
    this.database = database;
    this.whenDone = whenDone;
    this.together =
        Lane.ofBatches(
            "recorder", LARGEST_BATCH, GATHER, moreWillCome, guarded(this::recordTogether));
    this.apart = Lane.ofOnes("recorder-apart", APART_AT_A_TIME, guarded(this::recordApart));
    this.slow = Lane.ofOnes("recorder-slow", 1, guarded(this::recordSlow));
  }

  /** Takes an outcome to be recorded. */
  void accept(Outcome outcome, Lease lease) {
    together.take(new Pending(outcome, lease), Duration.ZERO);
  }

  /** Records what it has, once and within the deadline; what fails then is left to its lease. */
  void stop(StopDeadline deadline) {
    closing = true;
    together.end(deadline);
    apart.end(deadline);
    slow.end(deadline);
  }

  private Consumer<List<Pending>> guarded(Consumer<List<Pending>> record) {
    return batch -> {
      try {
        record.accept(batch);
      } catch (RuntimeException | Error e) {
        log.error("unexpected error while recording; the orders' leases have to expire", e);
        database.recordingGivenUp();
        batch.forEach(one -> whenDone.accept(one.outcome(), new Decision.Uncalled()));
      }
    };
  }

  private void recordTogether(List<Pending> batch) {
    List<Recorded> recorded;
    try {
      recorded = store.record(batch.stream().map(Pending::outcome).toList());
    } catch (JdbiException e) {
      if (isUnavailable(e)) {
        database.recordingFailed(e);
        batch.forEach(one -> later(one, together));
      } else {
        batch.forEach(one -> apart.take(one, Duration.ZERO));
      }
      return;
    } catch (RuntimeException e) {
      log.debug("a batch cannot be recorded together", e);
      batch.forEach(one -> apart.take(one, Duration.ZERO));
      return;
    }
    database.recorded();
    IdentityHashMap<Outcome, Pending> pending = new IdentityHashMap<>();
    batch.forEach(one -> pending.put(one.outcome(), one));
    for (Recorded one : recorded) {
      Optional.ofNullable(pending.get(one.outcome())).ifPresent(p -> finish(one, p, together));
    }
  }

  private void recordApart(List<Pending> ones) {
    for (Pending one : ones) {
      recordAlone(one, apart, LONGEST_APART);
    }
  }

  private void recordSlow(List<Pending> ones) {
    for (Pending one : ones) {
      recordAlone(one, slow, LONGEST_SLOW);
    }
  }

  private void recordAlone(Pending one, Lane lane, Duration longest) {
    try {
      List<Recorded> recorded = store.recordApart(one.outcome(), longest);
      database.recorded();
      recorded.forEach(what -> finish(what, one, lane));
    } catch (JdbiException e) {
      DatabaseFailure failure = DatabaseFailure.of(e);
      if (!failure.isSaidByServer()) {
        database.recordingFailed(e);
        later(one, lane);
      } else if (isOfConnection(failure) && !one.broken() && !closing) {
        lane.take(one.afterBrokenConnection(), TRY_AGAIN);
      } else if (failure.mayPass() && !isLast(one)) {
        slow.take(one, TRY_SLOW_AGAIN);
      } else if (failure.mayPass() && closing && !one.isPayment()) {
        later(one, lane);
      } else {
        recordWithoutRow(one, lane, RetryReason.ROW_REFUSED, Optional.of(RowRefusal.of(failure)));
      }
    } catch (IllegalStateException e) {
      // A second unpaid row of the same number came up while it was written.
      recordWithoutRow(
          one,
          lane,
          RetryReason.ROW_REFUSED,
          Optional.of(new RowRefusal("", String.valueOf(e.getMessage()))));
    }
  }

  /** Another connection may work: only what fails on two is a fault of the row. */
  private static boolean isOfConnection(DatabaseFailure failure) {
    return switch (failure.scope()) {
      case CONNECTION, SERVER -> !failure.isRaised();
      case ROW, STATEMENT, CONFIGURATION -> false;
    };
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
          recordUnlocked(pending, lane);
        } else {
          lane.take(pending, TRY_AGAIN);
        }
      }
    }
  }

  /** The row could not be locked until the lease ended: somebody holds it, or nobody ever can. */
  private void recordUnlocked(Pending pending, Lane lane) {
    try {
      switch (store.hold(pending.outcome())) {
        case HELD, FREE ->
            recordWithoutRow(pending, lane, RetryReason.ROW_LOCKED, Optional.empty());
        case HIDDEN ->
            recordWithoutRow(
                pending, lane, RetryReason.ROW_REFUSED, Optional.of(RowRefusal.HIDDEN));
      }
    } catch (JdbiException e) {
      DatabaseFailure failure = DatabaseFailure.of(e);
      recordWithoutRow(pending, lane, RetryReason.ROW_REFUSED, Optional.of(RowRefusal.of(failure)));
    }
  }

  /**
   * Leaves the shop's row as it is. What fails so too is no fault of that row: the server's, or one
   * of our own, and the order is claimed again when its lease expires.
   */
  private void recordWithoutRow(
      Pending pending, Lane lane, RetryReason reason, Optional<RowRefusal> refusal) {
    Outcome outcome = pending.outcome();
    Outcome instead = outcome.with(outcome.unwritten(reason), outcome.retryAfter());
    try {
      List<Recorded> recorded = store.recordWithoutRow(instead, refusal);
      database.recorded();
      recorded.forEach(what -> finish(what, pending, lane));
    } catch (JdbiException e) {
      if (isUnavailable(e) || DatabaseFailure.of(e).scope() == DatabaseFailure.Scope.SERVER) {
        database.recordingFailed(e);
        later(pending, lane);
      } else {
        database.recordingGivenUp();
        unrecorded(outcome, e);
      }
    }
  }

  /** Whether it is the database that fails, not a row of the batch. */
  private boolean isUnavailable(JdbiException e) {
    DatabaseFailure failure = DatabaseFailure.of(e);
    return switch (failure.scope()) {
      case ROW, STATEMENT -> false;
      case CONNECTION, SERVER, CONFIGURATION -> !database.isOfRows(failure);
    };
  }

  /** A stop does not wait for the database: the order is claimed again when its lease expires. */
  private void later(Pending pending, Lane lane) {
    if (closing) {
      database.recordingGivenUp();
      whenDone.accept(pending.outcome(), new Decision.Uncalled());
    } else {
      lane.take(pending, TRY_SLOW_AGAIN);
    }
  }

  private boolean isLast(Pending pending) {
    return pending.hasWaited() || closing;
  }

  private void unrecorded(Outcome outcome, JdbiException e) {
    log.atError()
        .addKeyValue("out_trade_no", outcome.claim().outTradeNo())
        .addKeyValue("error", DatabaseFailure.of(e).message())
        .addKeyValue("sql_state", DatabaseFailure.of(e).sqlState())
        .log("an outcome cannot be recorded; the order is claimed again when its lease expires");
    whenDone.accept(outcome, new Decision.Uncalled());
  }
}
