package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
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
  void databaseThatGoesAwayWhileTheSchemaIsLookedAtIsNoFaultOfTheSchema() {
    try (HikariDataSource pool = failing("57P01")) {
      assertThatThrownBy(() -> Pools.schema(pool, true)).isInstanceOf(ConnectionException.class);
      assertThatThrownBy(() -> Pools.schema(pool, false)).isInstanceOf(ConnectionException.class);
    }
  }

  @Test
  void rightThatIsMissingIsSaid() {
    try (HikariDataSource pool = failing("42501")) {
      assertThat(Pools.schema(pool, true)).singleElement().asString().contains("GRANT CREATE");
    }
  }

  /** Everything that is said about our schema fails. */
  private static HikariDataSource failing(String sqlState) {
    Tap.Listener listener =
        new Tap.Listener() {
          @Override
          public void before(String sql) throws SQLException {
            if (sql.contains("order_closer") || sql.contains("pg_namespace")) {
              throw new SQLException("failed on purpose", sqlState);
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
