package io.staleorders.store;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Connections whose {@code search_path} stays as it is. Flyway sets it for the session and sets it
 * back at the end; behind PgBouncer in transaction mode the session is another one by then, and a
 * program of the shop's would get one that looks for its tables in our schema. Our migrations name
 * their schema, so it is set for the transaction alone.
 */
final class UnchangedSessions {
  private static final String FOR_SESSION = "set_config('search_path', ?, false)";
  private static final String FOR_TRANSACTION = "set_config('search_path', ?, true)";

  /** A statement of a migration may take far longer than one of the service. */
  private static final Duration LONGEST_MIGRATION = Duration.ofMinutes(10);

  private UnchangedSessions() {}

  static DataSource of(DataSource dataSource) {
    return proxy(
        DataSource.class,
        (method, args) -> {
          @Nullable Object result = call(dataSource, method, args);
          if (result instanceof Connection connection) {
            connection.setNetworkTimeout(Runnable::run, (int) LONGEST_MIGRATION.toMillis());
            return unchanged(connection);
          }
          return result;
        });
  }

  private static Connection unchanged(Connection connection) {
    return proxy(
        Connection.class,
        (method, args) -> {
          if (args != null && args.length > 0 && args[0] instanceof String sql) {
            args[0] = sql.replace(FOR_SESSION, FOR_TRANSACTION);
          }
          return call(connection, method, args);
        });
  }

  private interface Answering {
    @Nullable Object answer(Method method, @Nullable Object @Nullable [] args) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Answering answering) {
    return type.cast(
        Proxy.newProxyInstance(
            UnchangedSessions.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> answering.answer(method, args)));
  }

  private static @Nullable Object call(
      Object target, Method method, @Nullable Object @Nullable [] args) throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }
}
