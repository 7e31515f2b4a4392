package io.staleorders.store;

import java.sql.SQLException;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;

/** Distinguishes a server that goes away from a statement that it refuses. */
final class ServerGone {
  private static final int SECONDS_TO_ANSWER = 2;

  private ServerGone() {}

  /** Throws the failure of a statement, if that says nothing about what the statement is about. */
  static void throwIfSo(JdbiException e, Handle handle) {
    if (!isRefusal(DatabaseFailure.of(e)) || !answers(handle)) {
      throw e;
    }
  }

  private static boolean isRefusal(DatabaseFailure failure) {
    return switch (failure.scope()) {
      case ROW, STATEMENT, CONFIGURATION -> true;
      case CONNECTION, SERVER -> failure.isRaised();
    };
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
