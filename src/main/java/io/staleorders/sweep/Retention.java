package io.staleorders.sweep;

import io.staleorders.store.DatabaseFailure;
import io.staleorders.store.RetentionStore;
import io.staleorders.store.RetentionStore.Cursor;
import io.staleorders.store.RetentionStore.Step;
import java.util.Optional;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes old, resolved rows and their history in small steps. A step that fails is logged and
 * tried with half as many orders; an order that fails alone is passed over, so that it does not
 * stop the others.
 */
public final class Retention {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);

  /** Most orders skipped in one run; the next run continues after them. */
  private static final int MOST_SKIPPED = 20;

  /** Requests of the history that one step looks at, and steps of a run. */
  private static final int HISTORY_BATCH = 2_000;

  private static final int HISTORY_STEPS = 50;

  private final RetentionStore store;
  private final int largest;
  private Cursor cursor = Cursor.START;
  private String historyAfter = "";
  private volatile boolean stopping;

  /**
   * @param batch most orders that one step looks at
   */
  public Retention(RetentionStore store, int batch) {
    this.store = store;
    this.largest = batch;
  }

  /** Ends a run in progress after its present step. */
  public void stop() {
    stopping = true;
  }

  /** Removes all that is old enough now. */
  public void run() {
    if (removeOrders()) {
      removeHistory();
    }
  }

  /** Whether it came to the end. */
  private boolean removeOrders() {
    long removed = 0;
    int batch = largest;
    int skipped = 0;
    boolean more = true;
    while (more && !stopping && skipped <= MOST_SKIPPED) {
      switch (step(batch)) {
        case Tried.Did<Optional<Step>> did -> {
          removed += did.result().map(Step::removed).orElse(0);
          more = did.result().isPresent();
          cursor = did.result().map(Step::last).orElse(Cursor.START);
          batch = Math.min(largest, batch * 2);
        }
        case Tried.Failed<Optional<Step>> failed -> {
          if (failed.ofServer()) {
            more = false;
          } else if (batch > 1) {
            batch /= 2;
          } else {
            skipped++;
            more = skip(failed.failure());
          }
        }
      }
    }
    if (removed > 0) {
      log.info("HISTORY_RETENTION: {} resolved orders and their history removed", removed);
    }
    if (skipped > MOST_SKIPPED) {
      log.warn("retention passed over {} orders and continues with the next run", skipped);
    }
    return cursor.equals(Cursor.START) && !stopping;
  }

  /** A failure of many orders is logged if it may have to do with their number. */
  private Tried<Optional<Step>> step(int batch) {
    return tried(
        () -> store.remove(cursor, batch),
        e -> {
          if (DatabaseFailure.of(e).mayPass()) {
            warn("a step of retention failed and is tried with fewer orders", batch, e);
          } else {
            log.debug("{} orders cannot be removed together", batch, e);
          }
        });
  }

  /** Passes over one order; whether there are more. */
  private boolean skip(JdbiException why) {
    return switch (tried(() -> store.skip(cursor), e -> {})) {
      case Tried.Did<Optional<Step>> did -> {
        did.result().ifPresent(step -> sayKept(step.last().outTradeNo(), why));
        cursor = did.result().map(Step::last).orElse(Cursor.START);
        yield did.result().isPresent();
      }
      case Tried.Failed<Optional<Step>> failed -> false;
    };
  }

  private void removeHistory() {
    for (int steps = 0; steps < HISTORY_STEPS && !stopping; steps++) {
      String after = historyAfter;
      Tried<Optional<String>> tried =
          tried(
              () -> store.removeHistory(after, HISTORY_BATCH),
              e -> warn("old history was not removed", HISTORY_BATCH, e));
      historyAfter =
          tried instanceof Tried.Did<Optional<String>> did ? did.result().orElse("") : after;
      if (historyAfter.isEmpty() || tried instanceof Tried.Failed<Optional<String>>) {
        return;
      }
    }
  }

  /** What a statement came to. */
  private sealed interface Tried<T> {
    record Did<T>(T result) implements Tried<T> {}

    record Failed<T>(JdbiException failure, boolean ofServer) implements Tried<T> {}
  }

  private interface OnFailure {
    void failed(JdbiException e);
  }

  private <T> Tried<T> tried(Supplier<T> statement, OnFailure onFailure) {
    try {
      return new Tried.Did<>(statement.get());
    } catch (JdbiException e) {
      boolean ofServer = isOfServer(DatabaseFailure.of(e));
      if (stopping) {
        // The stop may have cut it off.
        return new Tried.Failed<>(e, true);
      }
      if (ofServer) {
        warn("retention is interrupted and continues with the next run", 0, e);
      } else {
        onFailure.failed(e);
      }
      return new Tried.Failed<>(e, ofServer);
    }
  }

  /** Whether every other step would fail as well. */
  private static boolean isOfServer(DatabaseFailure failure) {
    return switch (failure.scope()) {
      case ROW, STATEMENT -> false;
      case CONNECTION, SERVER, CONFIGURATION -> true;
    };
  }

  private static void warn(String message, int batch, JdbiException e) {
    log.atWarn()
        .addKeyValue("orders", batch)
        .addKeyValue("sql_state", DatabaseFailure.of(e).sqlState())
        .addKeyValue("error", DatabaseFailure.of(e).message())
        .log(message);
  }

  private static void sayKept(String outTradeNo, JdbiException e) {
    log.atWarn()
        .addKeyValue("out_trade_no", outTradeNo)
        .addKeyValue("sql_state", DatabaseFailure.of(e).sqlState())
        .addKeyValue("error", DatabaseFailure.of(e).message())
        .log("an old order is kept past HISTORY_RETENTION: the shop's row cannot be read");
  }
}
