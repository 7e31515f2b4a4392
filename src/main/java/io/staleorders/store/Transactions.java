package io.staleorders.store;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/** Transactions that wait for nobody. */
final class Transactions {
  /** Set for the transaction alone: behind PgBouncer the session is shared. */
  private static final String BOUNDS =
      """
      SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
      SET LOCAL lock_timeout = '1s';
      SET LOCAL statement_timeout = '10s';
      SET LOCAL idle_in_transaction_session_timeout = '10s'
      """;

  private Transactions() {}

  /** Runs {@code work} in a transaction in which no statement waits more than 1 s for a lock. */
  static <R> R shortOne(Jdbi jdbi, HandleCallback<R, RuntimeException> work) {
    return jdbi.inTransaction(
        (Handle handle) -> {
          handle.execute(BOUNDS);
          return work.withHandle(handle);
        });
  }
}
