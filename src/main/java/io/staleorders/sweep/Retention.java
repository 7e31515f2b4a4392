package io.staleorders.sweep;

import io.staleorders.store.DatabaseFailure;
import io.staleorders.store.RetentionStore;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes old, resolved rows and their history in small batches. */
public final class Retention {
  private static final Logger log = LoggerFactory.getLogger(Retention.class);

  private final RetentionStore store;
  private final DatabaseWatch database;
  private volatile boolean stopping;

  public Retention(RetentionStore store, DatabaseWatch database) {
    this.store = store;
    this.database = database;
  }

  /** Ends a run in progress after its present step. */
  public void stop() {
    stopping = true;
  }

  /** Removes all that is old enough now. */
  public void run() {
    long removed = 0;
    RetentionStore.Cursor cursor = RetentionStore.Cursor.START;
    while (!stopping) {
      RetentionStore.Cursor from = cursor;
      Optional<RetentionStore.Step> step =
          database.ask(() -> unlessInTheWay(from)).flatMap(found -> found);
      if (step.isEmpty()) {
        break;
      }
      removed += step.get().removed();
      cursor = step.get().last();
    }
    if (removed > 0) {
      log.info("{} resolved orders and their history removed: HISTORY_RETENTION is over", removed);
    }
  }

  /** Another copy may be removing the same rows: there is time until the next run. */
  private Optional<RetentionStore.Step> unlessInTheWay(RetentionStore.Cursor from) {
    try {
      return store.remove(from);
    } catch (JdbiException e) {
      if (DatabaseFailure.of(e).mayPass()) {
        return Optional.empty();
      }
      throw e;
    }
  }
}
