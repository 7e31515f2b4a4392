package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.ServiceProcess;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nothing depends on what sessions are set to by the server, the database, the role or the JVM. */
class SessionSettingsTest {
  private static final Duration DUE = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** But for {@code default_transaction_read_only}, which keeps writers out and must do so. */
  private static final Map<String, String> ODD =
      Map.ofEntries(
          Map.entry("TimeZone", "Asia/Kathmandu"),
          Map.entry("DateStyle", "German, DMY"),
          Map.entry("IntervalStyle", "sql_standard"),
          Map.entry("extra_float_digits", "-15"),
          Map.entry("client_encoding", "LATIN1"),
          Map.entry("standard_conforming_strings", "off"),
          Map.entry("backslash_quote", "on"),
          Map.entry("escape_string_warning", "on"),
          Map.entry("bytea_output", "escape"),
          Map.entry("xmlbinary", "hex"),
          Map.entry("lc_messages", "C"),
          Map.entry("lc_numeric", "C"),
          Map.entry("search_path", "nowhere"),
          Map.entry("default_transaction_isolation", "serializable"),
          Map.entry("default_transaction_deferrable", "on"),
          Map.entry("row_security", "off"),
          Map.entry("array_nulls", "off"),
          Map.entry("transform_null_equals", "on"),
          Map.entry("quote_all_identifiers", "on"),
          Map.entry("check_function_bodies", "off"),
          Map.entry("plan_cache_mode", "force_generic_plan"),
          Map.entry("statement_timeout", "3s"),
          Map.entry("lock_timeout", "1s"),
          Map.entry("idle_in_transaction_session_timeout", "1s"));

  private final Installation site = Installation.open();
  private final Shop shop = site.shop();

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void everyStateIsReachedWhateverSessionsAreSetTo() {
    shop.execute("DROP SCHEMA order_closer CASCADE");
    // Roles belong to the whole server: the settings hold in this database alone.
    shop.execute(
        "DO $$ BEGIN CREATE ROLE odd_sessions SUPERUSER LOGIN PASSWORD 'odd';"
            + " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
    String database = shop.text("SELECT current_database()");
    ODD.forEach(
        (name, value) ->
            shop.execute(
                "ALTER ROLE odd_sessions IN DATABASE %s SET %s TO %s"
                    .formatted(
                        database, name, name.equals("DateStyle") ? value : "'" + value + "'")));
    site.set("DATABASE_USER", "odd_sessions").set("DATABASE_PASSWORD", "odd");
    site.set("ORDERS_TABLE", "public.orders").set("CLOSE_NOT_FOUND", "close");
    for (String number : List.of("ORDER-1", "PAID-1", "ABSENT-1", "no number")) {
      shop.order(number, DUE);
    }
    shop.order("REFUSED-1", DUE, "1900000999", "NOTPAY");

    Ran once = Commands.run(site.settings(), "once");

    assertThat(once.exitCode()).as(once.out()).isZero();
    assertThat(shop.states())
        .containsEntry("ORDER-1", "CLOSED")
        .containsEntry("PAID-1", "PAID")
        .containsEntry("ABSENT-1", "RETRY")
        .containsEntry("no number", "ABANDONED");
    assertThat(once.log("order_closed").getFirst().get("age_seconds").asLong())
        .isBetween(3_600L, 3_700L);
    shop.execute(
        "UPDATE order_closer.order_close SET next_attempt_at = now() WHERE state = 'RETRY'");
    assertThat(Commands.run(site.settings(), "once").exitCode()).isZero();
    assertThat(shop.states()).containsEntry("ABSENT-1", "NOT_FOUND");
    Ran report = Commands.run(site.settings(), "report", "--json");
    assertThat(report.exitCode()).as(report.out()).isZero();
    Ran check = Commands.run(site.settings(), "check");
    assertThat(check.exitCode()).as(check.out()).isZero();
  }

  /** No server knows this name of a zone, which Java does. */
  @Test
  void zoneOfTheJvmIsNotThatOfItsSessions() {
    shop.order("ORDER-1", DUE);
    List<String> lines = new CopyOnWriteArrayList<>();

    try (ServiceProcess once =
        ServiceProcess.start(site.settings(), List.of("-Duser.timezone=CTT"), "once", lines::add)) {
      assertThat(once.isRunningAfter(PATIENCE)).isFalse();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }

    assertThat(shop.status("ORDER-1")).as(String.join("\n", lines)).isEqualTo("CLOSED");
  }
}
