package io.staleorders.store;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.util.Set;
import org.postgresql.util.PSQLException;

/** What the SQLSTATE of a failed connection says. Messages are localized and never read. */
public final class SqlStates {
  /** Invalid authorization, invalid password. */
  private static final String LOGIN = "28";

  /**
   * Classes that a server refuses a connection with which it would refuse at any time: login,
   * database name, rights, parameters; and a database that takes no connections (55000).
   */
  private static final Set<String> REFUSED = Set.of("28", "3D", "42", "22", "0A", "55000");

  /** As the driver itself reports that it cannot log in the way that the server asks for. */
  private static final String REJECTED = "08004";

  /** Connection exceptions, a shutdown, a restart, and a server that has become read-only. */
  private static final Set<String> UNFIT = Set.of("08", "57P", "25006");

  /**
   * Classes of errors of a statement that pass without anything being corrected: connection,
   * read-only standby, login, database, conflict, resources, lock, operator, system.
   */
  private static final Set<String> PASSING =
      Set.of("08", "25", "28", "3D", "40", "53", "55P03", "57", "58");

  private SqlStates() {}

  static boolean isLogin(SQLException e) {
    return of(e).startsWith(LOGIN);
  }

  /** Whether a server answered a request to connect, and refused it for good. */
  public static boolean isRefused(SQLException e) {
    String state = of(e);
    return REFUSED.stream().anyMatch(state::startsWith)
        || (state.equals(REJECTED) && !isSaidByServer(e));
  }

  /** Whether a statement may succeed later although nobody corrects anything. */
  public static boolean isPassing(SQLException e) {
    String state = of(e);
    return state.isEmpty() || PASSING.stream().anyMatch(state::startsWith);
  }

  /** Whether the failure may mean that sessions with this server are of no use any more. */
  static boolean isUnfit(SQLException e) {
    return UNFIT.stream().anyMatch(of(e)::startsWith);
  }

  /** Whether the server itself reported the error, so that the connection may still work. */
  static boolean isSaidByServer(SQLException e) {
    Throwable reported = e instanceof BatchUpdateException ? e.getCause() : e;
    return reported instanceof PSQLException sql && sql.getServerErrorMessage() != null;
  }

  /** The five characters, or an empty text. */
  public static String of(SQLException e) {
    return e.getSQLState() == null ? "" : e.getSQLState();
  }
}
