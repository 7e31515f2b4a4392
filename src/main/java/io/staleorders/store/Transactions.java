package io.staleorders.store;

import java.time.Duration;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/** Transactions that wait for nobody. */
final class Transactions {
  private Transactions() {}

  /** Runs {@code work} in a transaction in which no statement waits more than 1 s for a lock. */
  static <R> R shortOne(Jdbi jdbi, HandleCallback<R, RuntimeException> work) {
    return shortOne(jdbi, Duration.ofSeconds(1), work);
  }

  /** Runs {@code work} in a transaction in which no statement waits longer for a lock. */
  static <R> R shortOne(Jdbi jdbi, Duration lockWait, HandleCallback<R, RuntimeException> work) {
    return jdbi.inTransaction(
        (Handle handle) -> {
          // Set for the transaction alone: behind PgBouncer the session is shared.
          handle.execute(
              """
              SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
              SET LOCAL lock_timeout = '%d ms';
              SET LOCAL statement_timeout = '10s';
              SET LOCAL idle_in_transaction_session_timeout = '10s'
              """
                  .formatted(lockWait.toMillis()));
          return work.withHandle(handle);
        });
  }
}
