package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.ServiceProcess;
import io.staleorders.testkit.Shop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A role that has what {@code db/grants.sql} gives, and nothing else. */
class LeastPrivilegeTest {
  private static final Duration DUE = Duration.ofHours(1);

  private final Installation site = Installation.open();
  private final Shop shop = site.shop();

  @BeforeEach
  void grant() throws IOException {
    // Roles belong to the whole server, what they may do to this database.
    shop.execute(
        "DO $$ BEGIN CREATE ROLE order_closer LOGIN PASSWORD 'closer';"
            + " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
    shop.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC");
    shop.execute(Files.readString(Path.of("db", "grants.sql")));
    site.set("DATABASE_USER", "order_closer").set("DATABASE_PASSWORD", "closer");
    site.set("MIGRATE_ON_START", "false");
  }

  @AfterEach
  void close() {
    site.close();
  }

  private Ran run(String... args) {
    return Commands.run(site.settings(), args);
  }

  @Test
  void checkIsSatisfied() {
    Ran ran = run("check");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).contains("ok       orders table").contains("ok       schema");
  }

  @Test
  void commandsWork() {
    shop.order("ORDER-1", DUE);
    shop.order("PAID-1", DUE);
    shop.order("STAYS-1", DUE);

    assertThat(run("once", "--dry-run").exitCode()).isZero();
    assertThat(run("once").exitCode()).isZero();
    assertThat(run("close", "STAYS-1").exitCode()).isEqualTo(1);
    assertThat(run("report", "--json").json().path("outcomes").toString())
        .isEqualTo("{\"CLOSED\":1,\"PAID\":1}");
    assertThat(shop.states())
        .containsEntry("ORDER-1", "CLOSED")
        .containsEntry("PAID-1", "PAID")
        .containsEntry("STAYS-1", "RETRY");
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  @Test
  void serviceClosesPausesAndForgets() {
    shop.order("ORDER-1", DUE);
    shop.order("NOAUTH-1", DUE, "1900000125", "NOTPAY");
    shop.execute(
        "INSERT INTO order_closer.order_close (out_trade_no, sp_mchid, sub_mchid, order_created_at,"
            + " state, resolved_at) VALUES ('OLD-1', '1', '2', 'epoch', 'SUPERSEDED', 'epoch')");
    List<String> lines = new CopyOnWriteArrayList<>();

    try (ServiceProcess service = ServiceProcess.start(site.settings(), lines::add)) {
      await().until(() -> shop.status("ORDER-1").equals("CLOSED"));
      await().until(() -> shop.count("order_closer.pause") == 1);
      await().until(() -> !shop.states().containsKey("OLD-1"));
      service.stop();
    }

    assertThat(new Ran(0, String.join("\n", lines)).log("database_unavailable")).isEmpty();
    assertThat(lines).noneMatch(line -> line.contains("permission denied"));
  }

  @Test
  void mayNotTouchMoreOfTheShop() {
    assertThat(
            shop.text(
                "SELECT string_agg(privilege_type || ' ' || column_name, ', '"
                    + " ORDER BY privilege_type, column_name)"
                    + " FROM information_schema.column_privileges"
                    + " WHERE grantee = 'order_closer' AND table_name = 'orders'"))
        .isEqualTo(
            "SELECT created_at, SELECT out_trade_no, SELECT status, SELECT sub_mchid, UPDATE status");
    assertThat(
            shop.text(
                "SELECT has_database_privilege('order_closer', current_database(), 'CREATE')"))
        .isEqualTo("f");
  }

  /** Each right is needed, as far as check knows, and what it says gives it back. */
  @Test
  void eachRightThatIsTakenAwayIsNamedWithTheStatementThatGivesItBack() {
    List<String> rights =
        shop.jdbi()
            .withHandle(
                handle ->
                    handle
                        .createQuery(
                            "SELECT privilege_type || ' ON order_closer.' || table_name"
                                + " FROM information_schema.table_privileges"
                                + " WHERE grantee = 'order_closer' AND table_schema = 'order_closer'"
                                + " UNION ALL SELECT privilege_type || ' (' || column_name || ') ON orders'"
                                + " FROM information_schema.column_privileges"
                                + " WHERE grantee = 'order_closer' AND table_name = 'orders'"
                                + " UNION ALL SELECT 'USAGE ON SCHEMA order_closer'")
                        .mapTo(String.class)
                        .list());

    assertThat(rights)
        .hasSize(24)
        .allSatisfy(
            right -> {
              shop.execute("REVOKE " + right + " FROM order_closer");
              Ran refused = run("report");
              String problem =
                  refused.log("settings_invalid").getFirst().path("problems").path(0).asText();
              assertThat(refused.exitCode()).isEqualTo(2);
              shop.execute(problem.substring(problem.indexOf("GRANT ")));
              assertThat(run("report").exitCode()).isZero();
            });
  }
}
