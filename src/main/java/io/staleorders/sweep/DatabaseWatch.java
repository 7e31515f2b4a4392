package io.staleorders.sweep;

import io.staleorders.order.Event;
import io.staleorders.store.DatabaseFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

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
  private final Runnable probe;
  private volatile long lastFailure = Ticker.now() - LONGEST_QUIET.multipliedBy(2).toNanos();
  private volatile Duration quiet = QUIET;
  private volatile boolean recordingFails;
  private volatile boolean ended;
  private volatile boolean tableChanged;

  /**
   * @param answered called whenever the database has answered
   * @param probe statements that fail where the server, the connection to it or the shop's table as
   *     a whole is at fault, whatever the rows hold: they read, parse and write
   */
  public DatabaseWatch(Runnable answered, Runnable probe) {
    this.answered = answered;
    this.probe = probe;
  }

  /**
   * For statements that read no row of the shop's.
   *
   * @param answered called whenever the database has answered
   */
  public DatabaseWatch(Runnable answered) {
    this(answered, () -> {});
  }

  /** What became of a statement that reads the shop's rows. */
  sealed interface Asked<T> {
    /** It succeeded. */
    record Done<T>(T value) implements Asked<T> {}

    /** The database is unavailable, or does not get to it now. */
    record Unavailable<T>() implements Asked<T> {}

    /** It failed for what one of its rows holds, and others may succeed. */
    record Refused<T>(DatabaseFailure failure) implements Asked<T> {}
  }

  /** The answer of a statement that writes, absent if it fails; then all calls are suspended. */
  public <T> Optional<T> ask(Supplier<T> statement) {
    Optional<T> answer = read(statement);
    if (answer.isPresent()) {
      answered();
    }
    return answer;
  }

  /**
   * The answer of a statement that reads, absent if it fails; then all calls are suspended. It does
   * not show that a database which failed is available again: a full or read-only one can still be
   * read.
   */
  public <T> Optional<T> read(Supplier<T> statement) {
    try {
      return Optional.of(succeeding(statement));
    } catch (JdbiException e) {
      failed(e);
      return Optional.empty();
    }
  }

  /** The answer of a statement over the shop's rows; a fault of theirs suspends nothing. */
  <T> Asked<T> askOfRows(Supplier<T> statement) {
    Asked<T> asked = readOfRows(statement);
    if (asked instanceof Asked.Done) {
      answered();
    }
    return asked;
  }

  /** As {@link #askOfRows}, of a statement that only reads: see {@link #read}. */
  <T> Asked<T> readOfRows(Supplier<T> statement) {
    Asked<T> asked = tryOfRows(statement);
    // Its connection may just have broken, and others work.
    return asked instanceof Asked.Refused<T> refused
            && refused.failure().scope() != DatabaseFailure.Scope.ROW
            && !refused.failure().isRaised()
        ? tryOfRows(statement)
        : asked;
  }

  private <T> Asked<T> tryOfRows(Supplier<T> statement) {
    try {
      return new Asked.Done<>(succeeding(statement));
    } catch (JdbiException e) {
      DatabaseFailure failure = DatabaseFailure.of(e);
      if (isOfRows(failure)) {
        return new Asked.Refused<>(failure);
      }
      failed(e);
      return new Asked.Unavailable<>();
    }
  }

  /**
   * The answer of a statement that no call depends on: reports, pauses, retention. A failure is
   * logged, and suspends nothing.
   *
   * @param task what failed then, for the log
   */
  public <T> Optional<T> aside(String task, Supplier<T> statement) {
    try {
      return Optional.of(succeeding(statement));
    } catch (JdbiException e) {
      DatabaseFailure failure = DatabaseFailure.of(e);
      log.atLevel(isUnavailable() ? Level.DEBUG : Level.WARN)
          .addKeyValue("error", failure.message())
          .addKeyValue("sql_state", failure.sqlState())
          .log("{} failed; nothing depends on it, and it is tried again", task);
      return Optional.empty();
    }
  }

  /**
   * Whether a failure is about rows alone. A trigger or a view of the shop's may raise any
   * SQLSTATE: what the server itself reports is the server's only if other statements fail too.
   */
  boolean isOfRows(DatabaseFailure failure) {
    return switch (failure.scope()) {
      case ROW -> true;
      case STATEMENT -> failure.isRaised();
      case CONNECTION, SERVER, CONFIGURATION ->
          failure.isRaised() || (failure.isSaidByServer() && works());
    };
  }

  /** Whether the database takes statements that depend on no row of the shop's. */
  boolean works() {
    try {
      probe.run();
      return true;
    } catch (JdbiException e) {
      if (DatabaseFailure.of(e).scope() == DatabaseFailure.Scope.CONFIGURATION) {
        tableChanged = true;
      }
      return false;
    }
  }

  /** Whether the statements do not suit the shop's table any more: they have to be made anew. */
  public boolean isTableChanged() {
    return tableChanged;
  }

  /** The shop's table was seen to have columns of other types than the statements are for. */
  void tableChanged() {
    tableChanged = true;
  }

  private <T> T succeeding(Supplier<T> statement) {
    T answer = unlessInConflict(statement);
    if (!unavailable.get()) {
      answered.run();
    }
    return answer;
  }

  /**
   * Where the database's default is SERIALIZABLE, a statement may lose against another instance's.
   */
  private static <T> T unlessInConflict(Supplier<T> statement) {
    for (int tries = 1; tries < TRIES_IN_CONFLICT; tries++) {
      try {
        return statement.get();
      } catch (JdbiException e) {
        if (!DatabaseFailure.of(e).isConflict()) {
          throw e;
        }
      }
    }
    return statement.get();
  }

  /** Whether calls are suspended because the database is unavailable. */
  public boolean isUnavailable() {
    return unavailable.get() || tableChanged;
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
      Event.DATABASE_RECOVERED.on(log).log("database available: calls to WeChat Pay are resumed");
    }
    if (!unavailable.get()) {
      answered.run();
    }
  }

  void failed(JdbiException e) {
    if (ended || tableChanged) {
      return;
    }
    boolean soon = Ticker.since(lastFailure).compareTo(LONGEST_QUIET.multipliedBy(2)) < 0;
    lastFailure = Ticker.now();
    if (unavailable.compareAndSet(false, true)) {
      Duration doubled = quiet.multipliedBy(2);
      quiet = soon ? shorter(doubled, LONGEST_QUIET) : QUIET;
      DatabaseFailure failure = DatabaseFailure.of(e);
      Event.DATABASE_UNAVAILABLE
          .on(log)
          .addKeyValue("error", failure.message())
          .addKeyValue("sql_state", failure.sqlState())
          .log("database unavailable: calls to WeChat Pay are suspended");
      log.debug("what the database failed at", e);
    }
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
