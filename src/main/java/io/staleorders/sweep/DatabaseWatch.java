package io.staleorders.sweep;

import io.staleorders.order.Event;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the database answers; says so once when it stops, and once when it is back. */
public final class DatabaseWatch {
  private static final Logger log = LoggerFactory.getLogger(DatabaseWatch.class);

  /**
   * How long nothing may have failed for the database to be back: one that takes some statements
   * and not others (a full disk, a right taken away) is not.
   */
  private static final Duration QUIET = Duration.ofSeconds(1);

  private final AtomicBoolean unavailable = new AtomicBoolean();
  private final Runnable answered;
  private volatile long lastFailure = Ticker.now();

  /**
   * @param answered called whenever the database has answered
   */
  public DatabaseWatch(Runnable answered) {
    this.answered = answered;
  }

  /** The answer of {@code question}, absent if the database fails. */
  public <T> Optional<T> ask(Supplier<T> question) {
    try {
      T answer = question.get();
      answered();
      return Optional.of(answer);
    } catch (JdbiException e) {
      failed(e);
      return Optional.empty();
    }
  }

  /** Whether a question was not answered just now. */
  public boolean isUnavailable() {
    return unavailable.get();
  }

  void answered() {
    boolean quiet = Ticker.since(lastFailure).compareTo(QUIET) >= 0;
    if (quiet && unavailable.compareAndSet(true, false)) {
      Event.DATABASE_RECOVERED.on(log).log("the database answers again");
    }
    answered.run();
  }

  void failed(JdbiException e) {
    lastFailure = Ticker.now();
    if (unavailable.compareAndSet(false, true)) {
      Event.DATABASE_UNAVAILABLE
          .on(log)
          .addKeyValue("error", SqlFailure.message(e))
          .addKeyValue("sql_state", SqlFailure.sqlState(e))
          .log("the database does not answer as it should; nothing is called until it does");
      log.debug("what the database failed at", e);
    }
  }
}
