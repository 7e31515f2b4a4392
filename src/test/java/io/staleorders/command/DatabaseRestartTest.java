package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.testkit.Acceptance;
import io.staleorders.testkit.CheapWechat;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.EmbeddedServer;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.ServiceProcess;
import io.staleorders.testkit.Shop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The whole service outlives its database, however that goes. */
@Acceptance
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DatabaseRestartTest {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

  @TempDir private Path folder;

  @Test
  void serviceOutlivesAServerThatIsKilledAndSaysSoOnceEachTime() throws InterruptedException {
    try (EmbeddedServer server = Postgres.ownServer();
        CheapWechat wechat = CheapWechat.start()) {
      Shop shop = Shop.in(server.database());
      server.stop();
      try (ServiceProcess service =
          ServiceProcess.start(settings(server.database(), wechat), lines::add)) {
        awaitLines("database_unavailable", 1);
        server.start();
        awaitLines("database_recovered", 1);
        awaitOrder(shop, "FIRST-1");

        server.kill();
        awaitLines("database_unavailable", 2);
        assertThat(service.isRunningAfter(Duration.ofSeconds(3))).isTrue();
        server.start();
        awaitLines("database_recovered", 2);
        awaitOrder(shop, "SECOND-1");
        assertThat(count("database_unavailable")).as(String.join("\n", lines)).isEqualTo(2);
        assertThat(count("database_recovered")).isEqualTo(2);

        assertThat(service.stop(PATIENCE)).isTrue();
      }
    }
    // The stop itself says nothing of the database.
    assertThat(count("database_unavailable")).as(String.join("\n", lines)).isEqualTo(2);
    assertThat(lines).noneMatch(line -> line.contains("not foreseen"));
    assertThat(lines).hasSizeLessThan(100);
  }

  /** As where an orchestrator starts it anew while a fail-over is on. */
  @Test
  void serviceThatIsStartedOnAReadOnlyDatabaseWaitsForItToBeWritable() throws InterruptedException {
    try (EmbeddedServer server = Postgres.ownServer();
        CheapWechat wechat = CheapWechat.start()) {
      Shop shop = Shop.in(server.database());
      shop.execute("ALTER SYSTEM SET default_transaction_read_only = on");
      shop.text("SELECT pg_reload_conf()");
      await().until(() -> shop.text("SHOW default_transaction_read_only").equals("on"));
      try (ServiceProcess service =
          ServiceProcess.start(settings(server.database(), wechat), lines::add)) {
        awaitLines("database_unavailable", 1);
        assertThat(service.isRunningAfter(Duration.ofSeconds(3))).isTrue();
        assertThat(count("database_recovered")).isZero();

        shop.execute("ALTER SYSTEM RESET default_transaction_read_only");
        shop.text("SELECT pg_reload_conf()");
        await().until(() -> shop.text("SHOW default_transaction_read_only").equals("off"));
        awaitLines("database_recovered", 1);
        awaitOrder(shop, "ORDER-1");
        assertThat(count("database_unavailable")).as(String.join("\n", lines)).isEqualTo(1);
      }
    }
  }

  private void awaitOrder(Shop shop, String outTradeNo) {
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " VALUES (?, '1900000109', now() - interval '20 minutes')",
        outTradeNo);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(shop.status(outTradeNo)).isEqualTo("CLOSED"));
  }

  private void awaitLines(String event, int times) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(count(event)).as(String.join("\n", lines)).isEqualTo(times));
  }

  private int count(String event) {
    return (int)
        lines.stream().filter(line -> line.contains("\"event\":\"" + event + "\"")).count();
  }

  private Map<String, String> settings(Database database, CheapWechat wechat) {
    Map<String, String> settings = new HashMap<>(wechat.settings());
    settings.put("DATABASE_URL", database.jdbcUrl());
    settings.put("DATABASE_USER", database.user());
    settings.put("DATABASE_PASSWORD", database.password());
    settings.put("SWEEP_INTERVAL", "1s");
    settings.put("SHUTDOWN_GRACE", "1s");
    settings.put("HEALTH_FILE", folder.resolve("health").toString());
    return settings;
  }
}
