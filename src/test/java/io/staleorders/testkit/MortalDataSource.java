package io.staleorders.testkit;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.postgresql.ds.PGSimpleDataSource;

/** Connections of a copy that can be killed: from then on the database is as gone for it. */
public final class MortalDataSource extends PGSimpleDataSource {
  private static final long serialVersionUID = 1L;

  private final transient Set<Connection> open = ConcurrentHashMap.newKeySet();
  private volatile boolean dead;

  public MortalDataSource(Database database) {
    setUrl(database.jdbcUrl());
    setUser(database.user());
    setPassword(database.password());
  }

  @Override
  public Connection getConnection() throws SQLException {
    if (dead) {
      throw new SQLException("killed", "08006");
    }
    Connection connection = super.getConnection();
    open.add(connection);
    if (dead) {
      connection.abort(Runnable::run);
    }
    open.removeIf(MortalDataSource::isClosed);
    return connection;
  }

  /** A pool of these connections, as the service uses one; it asks in vain soon after the end. */
  public HikariDataSource pool() {
    HikariConfig config = new HikariConfig();
    config.setDataSource(this);
    config.setMaximumPoolSize(4);
    config.setConnectionTimeout(250);
    config.setInitializationFailTimeout(-1);
    return new HikariDataSource(config);
  }

  /** Cuts all connections, in the middle of whatever they do, and gives out no more. */
  public void kill() {
    dead = true;
    open.forEach(
        connection -> {
          try {
            connection.abort(Runnable::run);
          } catch (SQLException e) {
            throw new IllegalStateException(e);
          }
        });
  }

  private static boolean isClosed(Connection connection) {
    try {
      return connection.isClosed();
    } catch (SQLException e) {
      return true;
    }
  }
}
