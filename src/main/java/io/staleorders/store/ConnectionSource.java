package io.staleorders.store;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.TimeZone;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * Opens connections for the pool. An attempt does not fail while the server is away: it tries again
 * several times per second until it succeeds or this is closed, because the pool itself would wait
 * longer after each failure, up to 5 s, and miss a failover by as much. {@link #failure()} is what
 * it failed at last.
 */
final class ConnectionSource implements AutoCloseable {
  /** Of a TCP connection and of the response to the request for TLS, in seconds. */
  private static final String CONNECT_TIMEOUT = "4";

  /** Of each message during the login, in seconds. */
  private static final int LOGIN_TIMEOUT = 5;

  /**
   * How long a response may take once the login is done: a little longer than the longest statement
   * ({@link Transactions}), which the server ends first unless it is frozen.
   */
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(18);

  /** How long the pool waits, when it is closed, for attempts to connect to end; in seconds. */
  private static final int CLOSE_TIMEOUT = 1;

  private static final Duration RETRY = Duration.ofMillis(250);

  /** Each refused login is a line in the server's log, and may lock the role out. */
  private static final Duration RETRY_LOGIN = Duration.ofSeconds(1);

  private static final String UTC = "UTC";

  private final String url;
  private final Optional<String> user;
  private final Supplier<Optional<String>> readPassword;
  private final String applicationName;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Optional<String> password;
  private volatile Optional<SQLException> failure = Optional.empty();
  private volatile Runnable whenUnfit = () -> {};

  /**
   * @param readPassword asked at once, and again whenever the server refuses the login
   */
  ConnectionSource(
      String url,
      Optional<String> user,
      Supplier<Optional<String>> readPassword,
      String applicationName) {
    this.url = url;
    this.user = user;
    this.readPassword = readPassword;
    this.applicationName = applicationName;
    this.password = readPassword.get();
  }

  /**
   * @param action run when the server of a pooled connection turns out not to take writes any more
   */
  void whenUnfit(Runnable action) {
    whenUnfit = action;
  }

  /** Why the last attempt to connect failed; empty once one has succeeded. */
  Optional<SQLException> failure() {
    return failure;
  }

  /** This, for the pool. */
  DataSource dataSource() {
    return (DataSource)
        Proxy.newProxyInstance(
            ConnectionSource.class.getClassLoader(),
            new Class<?>[] {DataSource.class},
            (self, method, args) ->
                switch (method.getName()) {
                  case "getConnection" -> connect();
                  case "getLoginTimeout" -> CLOSE_TIMEOUT;
                  default -> null;
                });
  }

  private Connection connect() throws SQLException {
    for (; ; ) {
      try {
        Connection connection = new CheckedConnection(open(), whenUnfit).proxy();
        failure = Optional.empty();
        return connection;
      } catch (SQLException e) {
        failure = Optional.of(e);
        if (isClosedAfter(SqlStates.isLogin(e) ? RETRY_LOGIN : RETRY)) {
          throw e;
        }
      }
    }
  }

  /** Ends attempts to connect. */
  @Override
  public void close() {
    closed.countDown();
  }

  private boolean isClosedAfter(Duration wait) {
    try {
      return closed.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private Connection open() throws SQLException {
    try {
      return logIn();
    } catch (SQLException e) {
      if (!SqlStates.isLogin(e) || !isPasswordChanged()) {
        throw e;
      }
      return logIn();
    }
  }

  private boolean isPasswordChanged() {
    Optional<String> before = password;
    password = readPassword.get();
    return !password.equals(before);
  }

  private Connection logIn() throws SQLException {
    Properties properties = new Properties();
    // What the URL sets itself takes precedence.
    user.ifPresent(name -> properties.setProperty("user", name));
    password.ifPresent(text -> properties.setProperty("password", text));
    properties.setProperty("ApplicationName", applicationName);
    properties.setProperty("connectTimeout", CONNECT_TIMEOUT);
    properties.setProperty("socketTimeout", Integer.toString(LOGIN_TIMEOUT));
    properties.setProperty("tcpKeepAlive", "true");
    // No prepared statement is left in a session that another may get next.
    properties.setProperty("prepareThreshold", "0");
    Connection connection = DriverManager.getConnection(url, properties);
    try {
      prepare(connection);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  /** The driver has made the JVM's zone that of the session. */
  private static void prepare(Connection connection) throws SQLException {
    if (!UTC.equals(TimeZone.getDefault().getID())) {
      try (Statement statement = connection.createStatement()) {
        // PgBouncer keeps this one parameter for each of its clients.
        statement.execute("SET TimeZone TO 'UTC'");
      }
    }
    if (connection.getNetworkTimeout() == LOGIN_TIMEOUT * 1000) {
      connection.setNetworkTimeout(Runnable::run, (int) READ_TIMEOUT.toMillis());
    }
  }
}
