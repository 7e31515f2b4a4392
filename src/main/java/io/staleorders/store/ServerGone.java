package io.staleorders.store;

import java.sql.SQLException;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** Distinguishes a server that goes away from a statement that it refuses. */
final class ServerGone {
  /**
   * Classes of SQLSTATE that speak of the server and of the way to it: connection, read-only
   * standby, login, database, resources, operator intervention, system error. A trigger of the
   * shop's may raise any of them.
   */
  private static final Set<String> OF_SERVER = Set.of("08", "25", "28", "3D", "53", "57", "58");

  /** A statement's own timeout. */
  private static final String QUERY_CANCELED = "57014";

  /** PostgreSQL's function behind RAISE of PL/pgSQL. */
  private static final String RAISE = "exec_stmt_raise";

  private static final int SECONDS_TO_ANSWER = 2;

  private ServerGone() {}

  /** Throws the failure of a statement, if that says nothing about what the statement is about. */
  static void throwIfSo(JdbiException e, Handle handle) {
    @Nullable SQLException cause = sqlException(e);
    if (cause == null || !isRefusal(cause) || !answers(handle)) {
      throw e;
    }
  }

  private static boolean isRefusal(SQLException e) {
    String state = e.getSQLState();
    return state != null
        && state.length() == 5
        && (!OF_SERVER.contains(state.substring(0, 2))
            || state.equals(QUERY_CANCELED)
            || isRaised(e));
  }

  /** Whether a function of the shop's chose the SQLSTATE. */
  private static boolean isRaised(SQLException e) {
    return e instanceof PSQLException sql
        && sql.getServerErrorMessage() != null
        && RAISE.equals(sql.getServerErrorMessage().getRoutine());
  }

  private static boolean answers(Handle handle) {
    try {
      return handle.getConnection().isValid(SECONDS_TO_ANSWER);
    } catch (SQLException e) {
      return false;
    }
  }

  static @Nullable SQLException sqlException(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return sql;
      }
    }
    return null;
  }
}
