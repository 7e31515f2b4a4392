package io.staleorders.store;

import java.time.Duration;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/** Transactions whose statements wait for no lock and run no longer than a few seconds. */
final class Transactions {
  private static final Duration LONG_LOCK_WAIT = Duration.ofSeconds(10);

  /**
   * The client gives up on a server that is frozen a little later ({@link ConnectionSource}): the
   * shorter this is, the sooner the service is with the server that has taken over.
   */
  private static final Duration LONG = Duration.ofSeconds(15);

  /** What makes a transaction a {@link #longOne}, for one that sends it together with its query. */
  static final String LONG_BOUNDS = bounds(LONG_LOCK_WAIT, LONG);

  private Transactions() {}

  /** Runs {@code work}, whose statements wait for a lock no longer than 1 s. */
  static <R> R shortOne(Jdbi jdbi, HandleCallback<R, RuntimeException> work) {
    return shortOne(jdbi, Duration.ofSeconds(1), work);
  }

  /** Runs {@code work}, whose statements wait for a lock no longer than {@code lockWait}. */
  static <R> R shortOne(Jdbi jdbi, Duration lockWait, HandleCallback<R, RuntimeException> work) {
    return bounded(jdbi, lockWait, Duration.ofSeconds(10), work);
  }

  /**
   * Runs {@code work}, which looks through the shop's table. The shop may have it locked for
   * minutes, to change it: the server ends what takes too long before the client gives up on it;
   * else each try would leave a session behind that waits.
   */
  static <R> R longOne(Jdbi jdbi, HandleCallback<R, RuntimeException> work) {
    return bounded(jdbi, LONG_LOCK_WAIT, LONG, work);
  }

  /**
   * Runs {@code work}.
   *
   * @param lockWait longest wait of a statement for a lock
   * @param length longest time of a statement
   */
  static <R> R bounded(
      Jdbi jdbi, Duration lockWait, Duration length, HandleCallback<R, RuntimeException> work) {
    return jdbi.inTransaction(
        (Handle handle) -> {
          handle.execute(bounds(lockWait, length));
          return work.withHandle(handle);
        });
  }

  /**
   * Set for the transaction alone: behind PgBouncer the session is shared. What a sweep reads was
   * written lately and is in memory; at the cost of a disk's pages a server that has no statistics
   * of a young table yet would go through all of it for a batch of orders, not look them up.
   */
  private static String bounds(Duration lockWait, Duration length) {
    return String.format(
        Locale.ROOT,
        """
    SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
    SET LOCAL lock_timeout = '%1$d ms';
    SET LOCAL statement_timeout = '%2$d ms';
    SET LOCAL idle_in_transaction_session_timeout = '%2$d ms';
    SET LOCAL random_page_cost = 1.1\
    """,
        lockWait.toMillis(),
        length.toMillis());
  }
}
