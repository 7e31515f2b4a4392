package io.staleorders.store;

import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * What a failed statement says: by its SQLSTATE, never by a text, which the server writes in its
 * own language.
 *
 * <p>A trigger of the shop's may raise any SQLSTATE for one row. So what {@link #isSaidByServer} is
 * about the whole server, its connections or its configuration only if another statement fails too.
 *
 * @param sqlState five characters; empty where the driver or the pool gave none
 * @param isSaidByServer whether the server sent it, over a connection that worked that far
 * @param isRaised whether a function of the shop's chose the SQLSTATE, by RAISE of PL/pgSQL
 * @param message PostgreSQL's own, in one line, without the statement
 */
public record DatabaseFailure(
    String sqlState, boolean isSaidByServer, boolean isRaised, String message) {
  /** What a failure is about, from the smallest to the largest. */
  public enum Scope {
    /** The data of a row, or a trigger, constraint or policy on it. */
    ROW,
    /** This statement, at this moment: a lock, a timeout, a conflict. */
    STATEMENT,
    /** The connection; another one may work. */
    CONNECTION,
    /** The server: shutting down, read-only, out of disk, memory or connections, or broken. */
    SERVER,
    /** What the statement names is not there, is of a different type, or not allowed. */
    CONFIGURATION
  }

  private static final Set<String> OF_CONNECTION =
      Set.of("08", "57P01", "57P02", "57P05", "25P03", "25P04");
  private static final Set<String> OF_SERVER =
      Set.of("25006", "53", "57P03", "57P04", "58", "F0", "XX");
  private static final Set<String> OF_CONFIGURATION = Set.of("0A", "28", "3D", "3F", "42");
  private static final Set<String> OF_STATEMENT = Set.of("25", "26", "40", "55", "57");

  /** PostgreSQL's function behind RAISE of PL/pgSQL. */
  private static final String RAISE = "exec_stmt_raise";

  private static final Set<String> CONFLICT = Set.of("40");
  private static final Set<String> PASSING = Set.of("40", "55", "57014");

  /** The failure within an exception of Jdbi's, the pool's or Flyway's. */
  public static DatabaseFailure of(RuntimeException e) {
    SQLException sql = sqlException(e);
    if (sql == null) {
      return new DatabaseFailure("", false, false, line(e));
    }
    @Nullable ServerErrorMessage said =
        sql instanceof PSQLException server ? server.getServerErrorMessage() : null;
    String state = sql.getSQLState();
    return new DatabaseFailure(
        state == null ? "" : state,
        said != null,
        said != null && RAISE.equals(said.getRoutine()),
        line(sql));
  }

  /** What it is about, as far as the SQLSTATE says. */
  public Scope scope() {
    if (sqlState.isEmpty() || isIn(OF_CONNECTION)) {
      return Scope.CONNECTION;
    }
    if (isIn(OF_SERVER)) {
      return Scope.SERVER;
    }
    if (isIn(OF_CONFIGURATION)) {
      return Scope.CONFIGURATION;
    }
    return isIn(OF_STATEMENT) ? Scope.STATEMENT : Scope.ROW;
  }

  /** Whether it lost against another statement, and may win right away. */
  public boolean isConflict() {
    return isIn(CONFLICT);
  }

  /** Whether the same statement may succeed a moment later: a lock, a deadlock, a timeout. */
  public boolean mayPass() {
    return isIn(PASSING);
  }

  private boolean isIn(Set<String> states) {
    return states.contains(sqlState)
        || (sqlState.length() == 5 && states.contains(sqlState.substring(0, 2)));
  }

  /** The innermost: the pool's own says only how long it waited. */
  private static @Nullable SQLException sqlException(Throwable e) {
    SQLException found = null;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        found = sql;
      }
    }
    return found;
  }

  private static String line(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
