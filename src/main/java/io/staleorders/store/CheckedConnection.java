package io.staleorders.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * A connection that is valid only while its server takes writes. After a failover the old server
 * may stay up as a read-only standby: a session there would answer all that only reads, for ever.
 */
final class CheckedConnection {
  /** Without names that {@code search_path} could capture. */
  private static final String TAKES_WRITES =
      """
      SELECT NOT pg_catalog.pg_is_in_recovery(),
             pg_catalog.current_setting('transaction_read_only')\
      """;

  private final Connection connection;
  private final Runnable whenUnfit;

  CheckedConnection(Connection connection, Runnable whenUnfit) {
    this.connection = connection;
    this.whenUnfit = whenUnfit;
  }

  Connection proxy() {
    return (Connection)
        Proxy.newProxyInstance(
            CheckedConnection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (self, method, args) ->
                method.getName().equals("isValid") && connection.getAutoCommit()
                    ? (Object) isValid()
                    : call(method, args));
  }

  /** Outside of a transaction. The caller has set how long the server may take. */
  private boolean isValid() {
    boolean valid;
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(TAKES_WRITES)) {
      valid = row.next() && row.getBoolean(1) && row.getString(2).equals("off");
    } catch (SQLException e) {
      valid = false;
    }
    if (!valid) {
      whenUnfit.run();
    }
    return valid;
  }

  private @Nullable Object call(Method method, @Nullable Object @Nullable [] args)
      throws Throwable {
    try {
      return method.invoke(connection, args);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }
}
