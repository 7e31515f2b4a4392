package io.staleorders.store;

import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * Work of the start and of {@code check}, which nobody waits for: in a transaction that is rolled
 * back, without waiting for the shop's locks, and no longer than a few seconds.
 */
final class Bounded {
  private static final String BOUNDS =
      """
      SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
      SET LOCAL lock_timeout = '500 ms';
      SET LOCAL statement_timeout = '3 s';
      SET LOCAL idle_in_transaction_session_timeout = '10 s';
      SET LOCAL random_page_cost = 1.1
      """;

  private Bounded() {}

  /** What came of it. */
  sealed interface Outcome<T> {
    record Found<T>(T value) implements Outcome<T> {}

    /** PostgreSQL refused a statement, or it took too long. */
    record Refused<T>(Refusal refusal) implements Outcome<T> {}
  }

  /**
   * Does the work.
   *
   * @throws JdbiException if the server went away
   */
  static <T> Outcome<T> query(Jdbi jdbi, HandleCallback<T, RuntimeException> work) {
    return jdbi.inTransaction(
        (Handle handle) -> {
          Outcome<T> outcome = outcome(handle, work);
          handle.rollback();
          return outcome;
        });
  }

  private static <T> Outcome<T> outcome(Handle handle, HandleCallback<T, RuntimeException> work) {
    try {
      handle.execute(BOUNDS);
      return new Outcome.Found<>(work.withHandle(handle));
    } catch (JdbiException e) {
      return new Outcome.Refused<>(Refusal.of(e, handle));
    }
  }
}
