package io.staleorders.store;

import java.sql.SQLException;
import java.util.Set;
import org.jdbi.v3.core.JdbiException;

/** Tells a server that goes away from a statement that it refuses. */
final class ServerGone {
  /**
   * Classes of SQLSTATE that speak of the server and of the way to it: connection, read-only
   * standby, login, database, resources, operator intervention, system error.
   */
  private static final Set<String> OF_SERVER = Set.of("08", "25", "28", "3D", "53", "57", "58");

  private ServerGone() {}

  /** Throws the failure of a statement, if that says nothing about what the statement is about. */
  static void throwIfSo(JdbiException e) {
    boolean refused =
        e.getCause() instanceof SQLException sql
            && sql.getSQLState() != null
            && sql.getSQLState().length() == 5
            && !OF_SERVER.contains(sql.getSQLState().substring(0, 2));
    if (!refused) {
      throw e;
    }
  }
}
