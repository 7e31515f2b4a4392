package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.testkit.Acceptance;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.EmbeddedServer;
import io.staleorders.testkit.MovingAddress;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.ServiceProcess;
import io.staleorders.testkit.Shop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A standby is promoted while orders are being closed: the service continues there. */
@Acceptance
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FailoverTest {
  private static final int ORDERS = 60;
  private static final int PAID = 5;
  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration FROZEN = Duration.ofSeconds(30);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
  private final EmbeddedServer first = Postgres.ownServer();
  private final EmbeddedServer second = first.standby();
  private final Shop before = Shop.in(first.database());
  private final Shop after = Shop.existing(second.database());
  private final Sandbox sandbox = Sandbox.start();

  @TempDir private Path folder;

  @AfterEach
  void close() {
    sandbox.close();
    second.close();
    first.close();
  }

  @Test
  void continuesAfterTheOldServerStopped() {
    try (ServiceProcess service = startClosing(jdbcUrl())) {
      first.stop();
      promote();
      awaitContinued(SOON);
      assertAllIsDone(service, 1);
    }
  }

  @Test
  void continuesAfterTheOldServerFroze() {
    try (ServiceProcess service = startClosing(jdbcUrl())) {
      first.freeze();
      promote();
      awaitContinued(FROZEN);
      // A statement that hangs on the frozen server is given up after the first recovery.
      assertAllIsDone(service, 2);
    } finally {
      first.thaw();
    }
  }

  @Test
  void continuesWhileTheOldServerStaysUpReadOnly() {
    try (ServiceProcess service = startClosing(libpqUrl())) {
      before.execute("ALTER SYSTEM SET default_transaction_read_only = on");
      before.text("SELECT pg_reload_conf()");
      // Only then is all that it took replicated, and nothing more comes.
      await().atMost(PATIENCE).until(() -> count("database_unavailable") == 1);
      promote();
      awaitContinued(SOON);
      assertThat(sessions(before)).isZero();
      assertAllIsDone(service, 1);
    }
  }

  /** As where a host name or a virtual IP is moved some time after the failover itself. */
  @Test
  void continuesWhenTheAddressMovesAwayFromAServerThatIsAStandbyNow() {
    try (MovingAddress address = MovingAddress.of(first.port());
        ServiceProcess service =
            startClosing("jdbc:postgresql://localhost:" + address.port() + "/postgres")) {
      first.stop();
      promote();
      first.follow(second);
      await().atMost(PATIENCE).until(() -> count("database_unavailable") == 1);
      await().atMost(PATIENCE).until(() -> sessions(before) > 0);
      address.moveTo(second.port());
      awaitContinued(SOON);
      assertThat(sessions(before)).isZero();
      assertAllIsDone(service, 1);
    }
  }

  /** An idle instance only reads, which a standby answers. */
  @Test
  void idleInstanceLeavesAServerThatIsReadOnlyNow() {
    try (MovingAddress address = MovingAddress.of(first.port());
        ServiceProcess service =
            start("jdbc:postgresql://localhost:" + address.port() + "/postgres")) {
      await().atMost(PATIENCE).until(() -> count("service_started") == 1);
      await().atMost(PATIENCE).until(() -> sessions(before) > 0);
      before.execute("ALTER SYSTEM SET default_transaction_read_only = on");
      before.text("SELECT pg_reload_conf()");
      promote();
      address.moveTo(second.port());
      await().atMost(SOON).until(() -> sessions(before) == 0 && sessions(after) > 0);
      assertThat(count("database_unavailable")).as(log()).isLessThanOrEqualTo(1);
      assertThat(service.stop(PATIENCE)).isTrue();
    }
  }

  private String jdbcUrl() {
    return "jdbc:postgresql://localhost:%d,localhost:%d/postgres?targetServerType=primary"
        .formatted(first.port(), second.port());
  }

  private String libpqUrl() {
    return "postgres://postgres:postgres@localhost:%d,localhost:%d/postgres?target_session_attrs=read-write"
        .formatted(first.port(), second.port());
  }

  private ServiceProcess startClosing(String url) {
    before.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT (CASE WHEN i <= ? THEN 'PAID-' ELSE 'ORDER-' END) || i, '1900000109',"
            + " now() - interval '20 minutes' + i * interval '1 second'"
            + " FROM generate_series(?, 1, -1) AS i",
        PAID,
        ORDERS);
    ServiceProcess service = start(url);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(count("order_paid")).as(log()).isPositive());
    return service;
  }

  private ServiceProcess start(String url) {
    return ServiceProcess.start(settings(url), lines::add);
  }

  private void promote() {
    assertThat(after.text("SELECT pg_promote()")).isEqualTo("t");
  }

  private void awaitContinued(Duration limit) {
    int resolved = resolved();
    long promoted = System.nanoTime();
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(resolved()).as(log()).isGreaterThan(resolved));
    assertThat(Duration.ofNanos(System.nanoTime() - promoted)).as(log()).isLessThan(limit);
  }

  private int resolved() {
    return after.count("order_closer.order_close WHERE state IN ('CLOSED', 'PAID')");
  }

  private void assertAllIsDone(ServiceProcess service, int mostErrors) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(resolved()).as(log()).isEqualTo(ORDERS));
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(count("database_recovered"))
                    .as(log())
                    .isEqualTo(count("database_unavailable")));
    assertThat(after.count("orders WHERE status = 'CLOSED'")).isEqualTo(ORDERS - PAID);
    assertThat(
            after.count(
                "order_closer.order_close WHERE state = 'PAID' AND transaction_id IS NOT NULL"))
        .isEqualTo(PAID);
    assertThat(service.stop(PATIENCE)).isTrue();
    assertThat(lines.stream().filter(line -> line.contains("\"level\":\"ERROR\"")))
        .as(log())
        .hasSizeBetween(1, mostErrors);
  }

  private static int sessions(Shop server) {
    return server.count("pg_stat_activity WHERE application_name LIKE 'stale-order-closer %'");
  }

  private int count(String event) {
    return (int)
        lines.stream().filter(line -> line.contains("\"event\":\"" + event + "\"")).count();
  }

  private String log() {
    return String.join("\n", lines);
  }

  private Map<String, String> settings(String url) {
    SandboxKeys keys = sandbox.keys();
    Database database = first.database();
    Map<String, String> settings = new HashMap<>();
    settings.put("DATABASE_URL", url);
    if (url.startsWith("jdbc:")) {
      settings.put("DATABASE_USER", database.user());
      settings.put("DATABASE_PASSWORD", database.password());
    }
    settings.put("WECHATPAY_SP_MCHID", keys.spMchid());
    settings.put("WECHATPAY_CERT_SERIAL_NO", keys.merchantSerial());
    settings.put("WECHATPAY_PRIVATE_KEY", keys.merchantPrivateKeyPem());
    settings.put("WECHATPAY_PUBLIC_KEY_ID", keys.publicKeyId());
    settings.put("WECHATPAY_PUBLIC_KEY", keys.wechatPayPublicKeyPem());
    settings.put("WECHATPAY_BASE_URL", sandbox.baseUrl());
    settings.put("CLOSE_RATE", "20");
    settings.put("SWEEP_INTERVAL", "1s");
    settings.put("SHUTDOWN_GRACE", "1s");
    settings.put("HEALTH_FILE", folder.resolve("health").toString());
    return settings;
  }
}
