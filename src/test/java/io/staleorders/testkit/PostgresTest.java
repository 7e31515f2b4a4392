package io.staleorders.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

class PostgresTest {

  @Test
  void freshDatabasesShareNothing() throws SQLException {
    DataSource one = Postgres.freshDatabase().dataSource();
    DataSource other = Postgres.freshDatabase().dataSource();

    execute(one, "CREATE TABLE orders (id int)");

    assertThat(text(one, "SELECT to_regclass('orders') IS NOT NULL")).isEqualTo("t");
    assertThat(text(other, "SELECT to_regclass('orders') IS NOT NULL")).isEqualTo("f");
  }

  @Test
  void templateIsPreparedOnceAndItsCopiesShareNothing() throws SQLException {
    AtomicInteger prepared = new AtomicInteger();
    DataSource one = fromTemplate(prepared);
    execute(one, "DELETE FROM orders");
    DataSource other = fromTemplate(prepared);

    assertThat(text(one, "SELECT count(*) FROM orders")).isEqualTo("0");
    assertThat(text(other, "SELECT count(*) FROM orders")).isEqualTo("1");
    assertThat(prepared).hasValue(1);
  }

  /** The driver asks for this JVM's zone, so the build sets that too. */
  @Test
  void neitherServerNorSessionIsInUtc() throws SQLException {
    DataSource database = Postgres.freshDatabase().dataSource();

    assertThat(
            text(database, "SELECT boot_val <> reset_val FROM pg_settings WHERE name='TimeZone'"))
        .isEqualTo("t");
    assertThat(text(database, "SHOW TimeZone")).isEqualTo("America/New_York");
  }

  /** Or the runs on other versions would all test the same one. */
  @Test
  void serverIsOfTheVersionThatIsAskedFor() throws SQLException {
    String version = System.getProperty("postgres.version", "");

    assertThat(text(Postgres.freshDatabase().dataSource(), "SHOW server_version"))
        .startsWith(version);
  }

  @Test
  void ownServerKeepsDataAndPortOverStopAndKill() throws SQLException {
    try (EmbeddedServer server = Postgres.ownServer()) {
      DataSource database = server.database().dataSource();
      execute(database, "CREATE TABLE orders AS SELECT 7 AS id");

      server.stop();
      assertThatThrownBy(() -> text(database, "SELECT 1")).isInstanceOf(SQLException.class);
      server.start();
      assertThat(text(database, "SELECT id FROM orders")).isEqualTo("7");

      server.kill();
      assertThatThrownBy(() -> text(database, "SELECT 1")).isInstanceOf(SQLException.class);
      server.start();
      assertThat(text(database, "SELECT id FROM orders")).isEqualTo("7");
    }
  }

  private static DataSource fromTemplate(AtomicInteger prepared) {
    return Postgres.freshDatabase(
            "one_order",
            database -> {
              prepared.incrementAndGet();
              execute(database.dataSource(), "CREATE TABLE orders AS SELECT 7 AS id");
            })
        .dataSource();
  }

  private static void execute(DataSource database, String sql) {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String text(DataSource database, String sql) throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      assertThat(row.next()).isTrue();
      return row.getString(1);
    }
  }
}
