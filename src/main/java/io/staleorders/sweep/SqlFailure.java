package io.staleorders.sweep;

import java.sql.SQLException;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** What a failed statement says about itself. */
final class SqlFailure {
  /**
   * Classes of SQLSTATE that speak of the server or the connection: any statement would fail. Every
   * other speaks of a row, its data or its trigger, which may raise a state of its own making.
   */
  private static final Set<String> OF_SERVER = Set.of("08", "25", "28", "3D", "53", "58");

  /** One class speaks of the server, but for a statement that took too long. */
  private static final String OPERATOR_INTERVENTION = "57";

  private static final String QUERY_CANCELED = "57014";

  /** Others were in the way: a lock, a deadlock, a row that moved. */
  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private static final String ROLLBACK = "40";

  private SqlFailure() {}

  /** Whether any other statement would fail as well. */
  static boolean isOfServer(JdbiException e) {
    String state = sqlState(e);
    return state.length() != 5
        || OF_SERVER.contains(state.substring(0, 2))
        || (state.startsWith(OPERATOR_INTERVENTION) && !state.equals(QUERY_CANCELED));
  }

  /** Whether the same statement may succeed in a moment. */
  static boolean isOfOthers(JdbiException e) {
    String state = sqlState(e);
    return state.equals(LOCK_NOT_AVAILABLE) || state.startsWith(ROLLBACK);
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

  private static @Nullable SQLException sqlException(JdbiException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }
}
