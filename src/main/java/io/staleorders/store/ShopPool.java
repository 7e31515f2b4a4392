package io.staleorders.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Optional;

/**
 * A pool that follows a failover: once a session fails in a way that speaks of its server, all
 * sessions are replaced. A request for a connection that cannot be had fails with the words of the
 * server or the driver.
 */
final class ShopPool extends HikariDataSource {
  /** The least that the pool allows: whether it makes sense to wait longer is seen in between. */
  private static final Duration TURN = Duration.ofMillis(250);

  /** For a connection to become free. */
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private final ConnectionSource source;

  private ShopPool(HikariConfig config, ConnectionSource source) {
    super(config);
    this.source = source;
  }

  static ShopPool open(HikariConfig config, ConnectionSource source) {
    SessionReplacement replacing = new SessionReplacement();
    config.setDataSource(source.dataSource());
    config.setConnectionTimeout(TURN.toMillis());
    config.setExceptionOverride(replacing);
    source.whenUnfit(replacing::replaceAll);
    ShopPool pool = new ShopPool(config, source);
    replacing.of(pool.getHikariPoolMXBean());
    return pool;
  }

  @Override
  public Connection getConnection() throws SQLException {
    long begun = System.nanoTime();
    for (; ; ) {
      try {
        return super.getConnection();
      } catch (SQLTransientConnectionException e) {
        Optional<SQLException> failure = source.failure();
        boolean noneWillBeFree =
            failure.isPresent() && getHikariPoolMXBean().getActiveConnections() == 0;
        if (noneWillBeFree || System.nanoTime() - begun > LONGEST_WAIT.toNanos()) {
          throw failure.map(ShopPool::inFull).orElseGet(this::noneFree);
        }
      }
    }
  }

  @Override
  public void close() {
    source.close();
    super.close();
  }

  /** The driver's message does not always name its cause. */
  private static SQLException inFull(SQLException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = String.valueOf(e.getMessage());
    String detail = String.valueOf(cause.getMessage());
    return new SQLException(
        message.contains(detail) ? message : message + " (" + detail + ")", e.getSQLState(), e);
  }

  private SQLException noneFree() {
    int used = getHikariPoolMXBean().getActiveConnections();
    return new SQLException(
        "no connection within "
            + LONGEST_WAIT.toSeconds()
            + " s: "
            + used
            + " of "
            + getMaximumPoolSize()
            + " are in use",
        "08001");
  }
}
