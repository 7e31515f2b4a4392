package io.staleorders.store;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/** Transactions whose statements wait for no lock and run no longer than a few seconds. */
final class Transactions {
  /** Set for the transaction alone: behind PgBouncer the session is shared. */
  private static final String BOUNDS =
      """
      SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
      SET LOCAL lock_timeout = '1s';
      SET LOCAL statement_timeout = '10s';
      SET LOCAL idle_in_transaction_session_timeout = '10s'
      """;

  /**
   * The shop may have its table locked for minutes, to change it. The server ends what takes too
   * long before the client gives up on it; else each try would leave a session behind that waits.
   */
  private static final String LONG_BOUNDS =
      """
      SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
      SET LOCAL lock_timeout = '10s';
      SET LOCAL statement_timeout = '25s'
      """;

  private Transactions() {}

  /** Runs {@code work}, whose statements wait for a lock no longer than 1 s. */
  static <R> R shortOne(Jdbi jdbi, HandleCallback<R, RuntimeException> work) {
    return bounded(jdbi, BOUNDS, work);
  }

  /** Runs {@code work}, which looks through the shop's table; another copy may do so as well. */
  static <R> R longOne(Jdbi jdbi, HandleCallback<R, RuntimeException> work) {
    return bounded(jdbi, LONG_BOUNDS, work);
  }

  private static <R> R bounded(Jdbi jdbi, String bounds, HandleCallback<R, RuntimeException> work) {
    return jdbi.inTransaction(
        (Handle handle) -> {
          handle.execute(bounds);
          return work.withHandle(handle);
        });
  }
}
