package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Reading;
import io.staleorders.config.Settings;
import io.staleorders.order.Event;
import io.staleorders.store.Databases;
import io.staleorders.sweep.DatabaseWatch;
import io.staleorders.testkit.EmbeddedServer;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that refuses the login, as it does where passwords are required. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LoginTest {
  private static EmbeddedServer server;
  private static Shop shop;

  private Installation site;

  @BeforeAll
  static void start() {
    server = Postgres.ownServer();
    shop = Shop.in(server.database());
    shop.execute("CREATE ROLE closer LOGIN PASSWORD 'first'");
    shop.execute("CREATE ROLE rotated LOGIN PASSWORD 'first'");
    shop.execute("CREATE ROLE retired NOLOGIN PASSWORD 'first'");
    shop.execute("CREATE DATABASE other");
    shop.execute("REVOKE CONNECT ON DATABASE other FROM PUBLIC");
    server.requirePassword("closer,rotated");
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @BeforeEach
  void open() {
    site = Installation.open(shop);
  }

  @AfterEach
  void close() {
    site.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "once", "check", "close ORDER-1", "report", "migrate"})
  void refusedLoginIsAFaultOfTheSettingsForEveryCommand(String command) {
    assertRefused(command, "closer", "wrong", "postgres", "28P01", "correct DATABASE_PASSWORD");
    assertRefused(command, "retired", "first", "postgres", "28000", "LOGIN");
    assertRefused(command, "closer", "first", "no_such_shop", "3D000", "name of the database");
    assertRefused(command, "closer", "first", "other", "42501", "GRANT CONNECT");
  }

  private void assertRefused(
      String command, String user, String password, String database, String state, String remedy) {
    site.set("DATABASE_USER", user).set("DATABASE_PASSWORD", password);
    site.set(
        "DATABASE_URL", "jdbc:postgresql://localhost:%d/%s".formatted(server.port(), database));

    Ran ran = Commands.run(site.settings(), command.split(" "));

    assertThat(ran.exitCode()).as(ran.out()).isEqualTo(2);
    assertThat(ran.out()).contains("SQLSTATE " + state, remedy, "FATAL: ").doesNotContain("wrong");
    if (!command.equals("check")) {
      assertThat(ran.log("settings_invalid").getFirst().get("sql_state").asText()).isEqualTo(state);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"once", "check", "close ORDER-1", "report", "migrate"})
  void serverThatIsAwayIsAFailureOfTheCommand(String command) {
    site.set("DATABASE_URL", "jdbc:postgresql://localhost:1/postgres");

    Ran ran = Commands.run(site.settings(), command.split(" "));

    assertThat(ran.exitCode()).as(ran.out()).isEqualTo(1);
    if (!command.equals("check")) {
      assertThat(ran.log().getLast().get("sql_state").asText()).isEqualTo("08001");
    }
  }

  @Test
  void passwordThatIsChangedInItsFileIsTakenUp(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("password"), "first\n");
    site.unset("DATABASE_PASSWORD").set("DATABASE_PASSWORD_FILE", file.toString());
    site.set("DATABASE_USER", "rotated");
    try (HikariDataSource pool = Pools.open(database(), "test");
        Events events = Events.open()) {
      DatabaseWatch watch = new DatabaseWatch(() -> {});
      Jdbi jdbi = Databases.jdbi(pool);
      assertThat(watch.ask(() -> answer(jdbi))).hasValue(1);
      await().until(() -> shop.count("pg_stat_activity WHERE usename = 'rotated'") == 2);

      shop.execute("ALTER ROLE rotated PASSWORD 'second'");
      endSessions();
      assertThat(watch.ask(() -> answer(jdbi))).isEmpty();
      assertThatThrownBy(pool::getConnection)
          .hasMessageStartingWith("FATAL: password authentication failed")
          .extracting(e -> ((SQLException) e).getSQLState())
          .isEqualTo("28P01");

      Files.writeString(file, "second\n");
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> watch.ask(() -> answer(jdbi)).isPresent() && !watch.isUnavailable());
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
      assertThat(events.of(Event.DATABASE_RECOVERED)).hasSize(1);
    }
  }

  private static void endSessions() {
    shop.text(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
            + " WHERE usename = 'rotated'");
  }

  private static int answer(Jdbi jdbi) {
    return jdbi.withHandle(handle -> handle.createQuery("SELECT 1").mapTo(Integer.class).one());
  }

  private Settings.Database database() {
    return switch (Settings.readDatabase(site.settings())) {
      case Reading.Valid<Settings.Database> valid -> valid.settings();
      case Reading.Invalid<Settings.Database> invalid -> throw new AssertionError(invalid);
    };
  }
}
