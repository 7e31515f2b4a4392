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
   * and not others (a full disk, a right taken away) is not. It doubles when that was too soon.
   */
  private static final Duration QUIET = Duration.ofSeconds(1);

  private static final Duration LONGEST_QUIET = Duration.ofSeconds(30);

  private static final int TRIES_IN_CONFLICT = 10;

  private final AtomicBoolean unavailable = new AtomicBoolean();
  private final Runnable answered;
  private volatile long lastFailure = Ticker.now() - LONGEST_QUIET.multipliedBy(2).toNanos();
  private volatile Duration quiet = QUIET;
  private volatile boolean recordingFails;
  private volatile boolean ended;

  /**
   * @param answered called whenever the database has answered
   */
  public DatabaseWatch(Runnable answered) {
    this.answered = answered;
  }

  /** The answer of a statement that writes, absent if it fails. */
  public <T> Optional<T> ask(Supplier<T> statement) {
    Optional<T> answer = read(statement);
    if (answer.isPresent()) {
      answered();
    }
    return answer;
  }

  /**
   * The answer of a statement that reads, absent if it fails. It does not say that a database which
   * failed is well again: a full or read-only one can still be read.
   */
  public <T> Optional<T> read(Supplier<T> statement) {
    try {
      T answer = unlessInConflict(statement);
      if (!unavailable.get()) {
        answered.run();
      }
      return Optional.of(answer);
    } catch (JdbiException e) {
      failed(e);
      return Optional.empty();
    }
  }

  /** Where the database's default is SERIALIZABLE, a statement may lose against another copy's. */
  private static <T> T unlessInConflict(Supplier<T> statement) {
    for (int tries = 1; tries < TRIES_IN_CONFLICT; tries++) {
      try {
        return statement.get();
      } catch (JdbiException e) {
        if (!SqlFailure.isConflict(e)) {
          throw e;
        }
      }
    }
    return statement.get();
  }

  /** Whether a question was not answered just now. */
  public boolean isUnavailable() {
    return unavailable.get();
  }

  /** Outcomes could not be recorded: until some are, no other statement says that all is well. */
  void recordingFailed(JdbiException e) {
    recordingFails = true;
    failed(e);
  }

  /** None is kept to be recorded later: other statements have to show whether all is well. */
  void recordingGivenUp() {
    recordingFails = false;
  }

  /** Outcomes were recorded. */
  void recorded() {
    recordingFails = false;
    answered();
  }

  /** From now on statements fail because the service closes its connections: nothing is logged. */
  public void end() {
    ended = true;
  }

  void answered() {
    boolean back = !recordingFails && Ticker.since(lastFailure).compareTo(quiet) >= 0;
    if (back && unavailable.compareAndSet(true, false)) {
      Event.DATABASE_RECOVERED.on(log).log("the database answers again");
    }
    if (!unavailable.get()) {
      answered.run();
    }
  }

  void failed(JdbiException e) {
    if (ended) {
      return;
    }
    boolean soon = Ticker.since(lastFailure).compareTo(LONGEST_QUIET.multipliedBy(2)) < 0;
    lastFailure = Ticker.now();
    if (unavailable.compareAndSet(false, true)) {
      Duration doubled = quiet.multipliedBy(2);
      quiet = soon ? shorter(doubled, LONGEST_QUIET) : QUIET;
      Event.DATABASE_UNAVAILABLE
          .on(log)
          .addKeyValue("error", SqlFailure.message(e))
          .addKeyValue("sql_state", SqlFailure.sqlState(e))
          .log("the database does not answer as it should; nothing is called until it does");
      log.debug("what the database failed at", e);
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
