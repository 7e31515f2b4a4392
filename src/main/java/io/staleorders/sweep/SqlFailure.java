package io.staleorders.sweep;

import java.sql.SQLException;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** What a failed statement says about itself. */
public final class SqlFailure {
  /**
   * Classes of SQLSTATE that speak of the server and of the way to it: connection, read-only
   * standby, login, resources, operator intervention, system error. Any other speaks of the
   * statement, a row or a trigger of the shop's, whatever that trigger calls it.
   */
  private static final Set<String> OF_SERVER =
      Set.of("08", "25", "28", "3D", "53", "57P01", "57P02", "57P03", "57P05", "58");

  /** Of these, said by a server that goes on: a trigger of the shop's asked another server. */
  private static final Set<String> OF_ANOTHER_SERVER = Set.of("08", "28", "3D");

  /** Of these the same statement may succeed a moment later: lock wait, deadlock, timeout. */
  private static final Set<String> PASSING = Set.of("40", "55", "57014");

  /** Serialization failure, deadlock. */
  private static final Set<String> CONFLICT = Set.of("40");

  private SqlFailure() {}

  /** Whether the database itself fails, and every other statement would too. */
  static boolean isOfServer(JdbiException e) {
    String state = sqlState(e);
    return state.isEmpty()
        || (isIn(OF_SERVER, state) && !(isSaidByServer(e) && isIn(OF_ANOTHER_SERVER, state)));
  }

  /** Whether a server said so that goes on answering: then it may be the trouble of one row. */
  static boolean isSaidByServer(JdbiException e) {
    return sqlException(e) instanceof PSQLException sql
        && sql.getServerErrorMessage() != null
        && "ERROR".equals(sql.getServerErrorMessage().getSeverity());
  }

  /** Whether the database failed somewhere inside of what another library did with it. */
  public static boolean isOfServerWithin(RuntimeException e) {
    SQLException sql = sqlException(e);
    return sql != null && (sql.getSQLState() == null || isIn(OF_SERVER, sql.getSQLState()));
  }

  /** Whether the same statement may succeed a moment later. */
  static boolean isPassing(JdbiException e) {
    return isIn(PASSING, sqlState(e));
  }

  /** Whether it lost against another statement, and may win right away. */
  static boolean isConflict(JdbiException e) {
    return isIn(CONFLICT, sqlState(e));
  }

  private static boolean isIn(Set<String> states, String state) {
    return states.contains(state)
        || (state.length() == 5 && states.contains(state.substring(0, 2)));
  }

  /** The five characters of SQLSTATE, or an empty text. */
  static String sqlState(JdbiException e) {
    SQLException sql = sqlException(e);
    return sql == null || sql.getSQLState() == null ? "" : sql.getSQLState();
  }

  /** PostgreSQL's own message in one line, without the statement. */
  static String message(JdbiException e) {
    SQLException sql = sqlException(e);
    String message = String.valueOf(sql == null ? e.getMessage() : sql.getMessage());
    return message.lines().findFirst().orElse("");
  }

  private static @Nullable SQLException sqlException(RuntimeException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }
}
