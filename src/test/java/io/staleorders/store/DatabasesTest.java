package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Shop;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DatabasesTest {
  private final Shop shop = Shop.open();

  @Test
  void idlePoolHoldsTwoConnectionsAndABusyOneAllThatItMay() throws SQLException {
    try (HikariDataSource pool = pool(4)) {
      pool.getConnection().close();
      // Hikari fills a pool in the background.
      await().during(Duration.ofMillis(500)).until(() -> connections() <= 2);

      List<Connection> used = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        used.add(pool.getConnection());
      }
      assertThat(connections()).isEqualTo(4);
      for (Connection connection : used) {
        connection.close();
      }
    }
  }

  /** Hikari warns about an idle time that has no effect. */
  @Test
  void smallestPoolOpensWithoutAWarning() throws SQLException {
    try (Events events = Events.ofAll();
        HikariDataSource pool = pool(2)) {
      pool.getConnection().close();

      assertThat(events.warnings()).isEmpty();
    }
  }

  private HikariDataSource pool(int size) {
    Database database = shop.database();
    return Databases.pool(
        database.jdbcUrl(),
        Optional.of(database.user()),
        Optional.of(database.password()),
        size,
        "test");
  }

  private int connections() {
    return shop.count(
        "pg_stat_activity WHERE datname = current_database()"
            + " AND application_name = 'stale-order-closer test'");
  }
}
