package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.Tap;
import java.sql.SQLException;
import org.jdbi.v3.core.ConnectionException;
import org.junit.jupiter.api.Test;

/** The schema as it is found at a start. */
class PoolsTest {

  /** Or the service would end, and tell the operator to grant rights. */
  @Test
  void databaseThatGoesAwayWhileTheSchemaIsMadeIsNoFaultOfTheSchema() {
    try (HikariDataSource pool = goingAway()) {
      assertThatThrownBy(() -> Pools.schema(pool, true)).isInstanceOf(ConnectionException.class);
    }
  }

  /** As a server that is stopped just then. */
  private static HikariDataSource goingAway() {
    Tap.Listener listener =
        new Tap.Listener() {
          @Override
          public void before(String sql) throws SQLException {
            if (sql.contains("CREATE SCHEMA")) {
              throw new SQLException("terminating connection", "57P01");
            }
          }

          @Override
          public void after(String sql) {}
        };
    HikariConfig config = new HikariConfig();
    config.setDataSource(Tap.on(Postgres.freshDatabase().dataSource(), listener));
    return new HikariDataSource(config);
  }
}
