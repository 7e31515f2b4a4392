package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeout;

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
import java.util.TimeZone;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DatabasesTest {
  /** Of the session that it is executed in. */
  private static final String READ_ONLY = "SET default_transaction_read_only TO on";

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

  @Test
  void sessionsAreInUtcWhateverTheZoneOfTheJvm() {
    assertThat(TimeZone.getDefault().getID()).isNotEqualTo("UTC");
    try (HikariDataSource pool = pool(2)) {
      assertThat(text(Databases.jdbi(pool), "SHOW TimeZone")).isEqualTo("UTC");
    }
  }

  /** As on an old primary, where what only reads would be answered for ever. */
  @Test
  void idleSessionThatTakesNoWritesIsReplaced() {
    try (Events events = Events.ofAll();
        HikariDataSource pool = pool(1)) {
      Jdbi jdbi = Databases.jdbi(pool);
      jdbi.useHandle(handle -> handle.execute(READ_ONLY));

      await()
          .pollInterval(Duration.ofMillis(600))
          .untilAsserted(
              () -> assertThat(text(jdbi, "SHOW transaction_read_only")).isEqualTo("off"));
      assertThat(events.warnings()).isEmpty();
    }
  }

  @Test
  void sessionsAreReplacedOnceAWriteFoundThatTheyTakeNone() {
    try (Events events = Events.ofAll();
        HikariDataSource pool = pool(1)) {
      Jdbi jdbi = Databases.jdbi(pool);
      assertThatThrownBy(
              () ->
                  jdbi.useHandle(
                      handle -> {
                        handle.execute(READ_ONLY);
                        handle.execute("CREATE TABLE t ()");
                      }))
          .hasMessageContaining("read-only");

      jdbi.useHandle(handle -> handle.execute("CREATE TABLE t ()"));
      assertThat(events.warnings()).isEmpty();
    }
  }

  /** A trigger of the shop's can raise any SQLSTATE. */
  @ParameterizedTest
  @ValueSource(strings = {"08006", "25006", "57P01", "0A000"})
  void sessionWhoseServerReportsTheErrorStaysWithItsUser(String state) {
    try (HikariDataSource pool = pool(1)) {
      Databases.jdbi(pool)
          .useHandle(
              handle -> {
                assertThatThrownBy(
                        () -> handle.execute("DO $$ BEGIN RAISE SQLSTATE '" + state + "'; END $$"))
                    .isInstanceOf(JdbiException.class);
                assertThat(handle.createQuery("SELECT 1").mapTo(String.class).one()).isEqualTo("1");
              });
    }
  }

  @Test
  void serverThatIsAwayIsReportedAtOnceInTheWordsOfTheDriver() {
    try (Events events = Events.ofAll();
        HikariDataSource pool =
            Databases.pool(
                "jdbc:postgresql://localhost:1/shop", Optional.empty(), Optional.empty(), 4, "")) {
      assertTimeout(
          Duration.ofSeconds(2),
          () ->
              assertThatThrownBy(pool::getConnection)
                  .isInstanceOf(SQLException.class)
                  .hasMessageContaining("Connection refused")
                  .hasMessageNotContaining("orders")
                  .extracting(e -> ((SQLException) e).getSQLState())
                  .isEqualTo("08001"));
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

  private static String text(Jdbi jdbi, String sql) {
    return jdbi.withHandle(handle -> handle.createQuery(sql).mapTo(String.class).one());
  }

  private int connections() {
    return shop.count(
        "pg_stat_activity WHERE datname = current_database()"
            + " AND application_name = 'stale-order-closer test'");
  }
}
