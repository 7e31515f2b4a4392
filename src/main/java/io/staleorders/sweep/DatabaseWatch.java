package io.staleorders.sweep;

import io.staleorders.order.Event;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether the database answers; says so once when it stops, and once when it is back. */
public final class DatabaseWatch {
  private static final Logger log = LoggerFactory.getLogger(DatabaseWatch.class);

  private final AtomicBoolean unavailable = new AtomicBoolean();
  private final Runnable answered;

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

  /** Whether the last question was not answered. */
  public boolean isUnavailable() {
    return unavailable.get();
  }

  void answered() {
    if (unavailable.compareAndSet(true, false)) {
      Event.DATABASE_RECOVERED.on(log).log("the database answers again");
    }
    answered.run();
  }

  void failed(JdbiException e) {
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
