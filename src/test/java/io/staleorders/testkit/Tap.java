package io.staleorders.testkit;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A data source that tells of every statement before and after it is executed, on the thread that
 * executes it: there a test can do anything, or make the statement fail.
 */
public final class Tap {
  /** What stands for the end of a transaction, among the statements. */
  public static final String COMMIT = "COMMIT";

  private static final Set<String> EXECUTES =
      Set.of("execute", "executeQuery", "executeUpdate", "executeLargeUpdate", "executeBatch");

  private Tap() {}

  /** Told of a statement. */
  public interface Listener {
    /** Before it is executed; if this throws, it is not. */
    void before(String sql) throws SQLException;

    /** After it was executed; if this throws, its caller does not learn so. */
    void after(String sql) throws SQLException;
  }

  /** The same data source, which tells {@code listener}. */
  public static DataSource on(DataSource dataSource, Listener listener) {
    return proxy(
        DataSource.class,
        (method, args) -> {
          Object result = call(dataSource, method, args);
          return result instanceof Connection connection ? tapped(connection, listener) : result;
        });
  }

  private static Connection tapped(Connection connection, Listener listener) {
    return proxy(
        Connection.class,
        (method, args) -> {
          if (method.getName().equals("commit")) {
            return told(listener, COMMIT, connection, method, args);
          }
          Object result = call(connection, method, args);
          if (result instanceof PreparedStatement statement && args != null) {
            return tapped(PreparedStatement.class, statement, (String) args[0], listener);
          }
          return result instanceof Statement statement
              ? tapped(Statement.class, statement, "", listener)
              : result;
        });
  }

  private static <S extends Statement> S tapped(
      Class<S> type, Statement statement, String sql, Listener listener) {
    return proxy(
        type,
        (method, args) -> {
          if (!EXECUTES.contains(method.getName())) {
            return call(statement, method, args);
          }
          String text = args == null ? sql : (String) args[0];
          return told(listener, text, statement, method, args);
        });
  }

  private static @Nullable Object told(
      Listener listener, String sql, Object target, Method method, Object @Nullable [] args)
      throws Throwable {
    listener.before(sql);
    Object result = call(target, method, args);
    listener.after(sql);
    return result;
  }

  private interface Answering {
    @Nullable Object answer(Method method, Object @Nullable [] args) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Answering answering) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader() == null ? Tap.class.getClassLoader() : type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> answering.answer(method, args)));
  }

  private static @Nullable Object call(Object target, Method method, Object @Nullable [] args)
      throws Throwable {
    try {
      return method.invoke(target, args);
    } catch (InvocationTargetException e) {
      throw e.getTargetException();
    }
  }
}
