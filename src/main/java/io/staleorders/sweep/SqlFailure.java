package io.staleorders.sweep;

import java.sql.SQLException;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** What a failed statement says about itself. */
final class SqlFailure {
  /**
   * Classes of SQLSTATE that speak of the data, of a row or of a trigger, not of the server: the
   * same statement would fail again, and a batch without that row would not.
   */
  private static final Set<String> OF_DATA =
      Set.of("21", "22", "23", "27", "2F", "38", "39", "42", "44", "P0");

  private SqlFailure() {}

  static boolean isOfData(JdbiException e) {
    String state = sqlState(e);
    return state.length() == 5 && OF_DATA.contains(state.substring(0, 2));
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
