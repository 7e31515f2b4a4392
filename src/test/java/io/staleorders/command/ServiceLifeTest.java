package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.testkit.Acceptance;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.ServiceProcess;
import io.staleorders.testkit.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The process, from its start to its end. */
class ServiceLifeTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final String UTC_NOW = "now() AT TIME ZONE 'UTC'";

  @TempDir private Path folder = Path.of("");

  private final ConcurrentLinkedDeque<String> lines = new ConcurrentLinkedDeque<>();

  @Test
  void serviceThatIsToldToStopSaysSoAndEndsWith0() {
    try (Sandbox sandbox = Sandbox.start();
        ServiceProcess service = ServiceProcess.start(settings(sandbox), lines::add)) {
      awaitLine("service_started");

      assertThat(service.stop(LIMIT)).isTrue();

      assertThat(service.exitCode()).isZero();
      assertThat(lines.getLast()).contains("service_stopped");
    }
  }

  @Test
  void sandboxThatIsToldToStopEndsWith0() {
    try (ServiceProcess sandbox =
        ServiceProcess.start(
            Map.of(), List.of("-Djava.io.tmpdir=" + folder), "sandbox --port 0", lines::add)) {
      awaitLine("WECHATPAY_PUBLIC_KEY_FILE");

      assertThat(sandbox.stop(LIMIT)).isTrue();

      assertThat(sandbox.exitCode()).isZero();
    }
  }

  @Test
  void dryRunIsHealthyWhileItWaitsForItsNextRun() throws Exception {
    try (Sandbox sandbox = Sandbox.start()) {
      Map<String, String> settings = settings(sandbox);
      settings.put("DRY_RUN", "true");
      settings.put("RETRY_MAX_DELAY", "1h");
      settings.put("SWEEP_INTERVAL", "1s");
      Path healthFile = folder.resolve("health");
      try (ServiceProcess service = ServiceProcess.start(settings, lines::add)) {
        awaitLine("service_started");
        for (int i = 0; i < 3; i++) {
          await().atMost(LIMIT).until(() -> Files.exists(healthFile));
          Files.delete(healthFile);
        }
        await().atMost(LIMIT).until(() -> Files.exists(healthFile));
        assertThat(service.stop(LIMIT)).isTrue();
      }
    }
  }

  /** The shop changes the types of its columns under the running service. */
  @Acceptance
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ALTER created_at TYPE timestamp(3) USING created_at AT TIME ZONE 'UTC'",
        "ALTER created_at TYPE timestamp USING created_at AT TIME ZONE 'America/New_York'",
        "ALTER status TYPE order_status USING status::order_status",
        "ALTER out_trade_no TYPE text",
      })
  void columnOfAnotherTypeIsReadAnewAndNothingIsClosedTooEarly(String change) {
    Shop shop = Shop.open();
    shop.execute("CREATE TYPE order_status AS ENUM ('NOTPAY', 'CLOSED')");
    shop.execute("ALTER TABLE orders ALTER status DROP DEFAULT");
    try (Sandbox sandbox = Sandbox.start()) {
      Map<String, String> settings = settings(sandbox);
      settings.put("DATABASE_URL", shop.database().jdbcUrl());
      settings.put("SWEEP_INTERVAL", "1s");
      if (change.contains("New_York")) {
        settings.put("ORDERS_TIME_ZONE", "America/New_York");
      }
      try (ServiceProcess service = ServiceProcess.start(settings, lines::add)) {
        order(shop, "BEFORE-1", "now() - interval '20 min'");
        await().atMost(LIMIT).until(() -> shop.status("BEFORE-1").equals("CLOSED"));

        shop.execute("ALTER TABLE orders " + change);
        String now =
            change.contains("New_York") ? "now() AT TIME ZONE 'America/New_York'" : UTC_NOW;
        String cast = change.contains("created_at") ? now : "now()";
        order(shop, "YOUNG-1", cast);
        order(shop, "AFTER-1", cast + " - interval '20 min'");

        await().atMost(LIMIT).until(() -> shop.status("AFTER-1").equals("CLOSED"));
        assertThat(shop.status("YOUNG-1")).isEqualTo("NOTPAY");
        assertThat(sandbox.requests("YOUNG-1")).isEmpty();
        assertThat(service.stop(LIMIT)).isTrue();
        assertThat(lines).noneMatch(line -> line.contains("\"ERROR\""));
      }
    }
  }

  private static void order(Shop shop, String outTradeNo, String createdAt) {
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, status, created_at) VALUES (?, ?, 'NOTPAY', "
            + createdAt
            + ")",
        outTradeNo,
        Shop.SUB_MCHID);
  }

  private void awaitLine(String part) {
    await().atMost(LIMIT).until(() -> lines.stream().anyMatch(line -> line.contains(part)));
  }

  private Map<String, String> settings(Sandbox sandbox) {
    Database database = Shop.open().database();
    SandboxKeys keys = sandbox.keys();
    Map<String, String> settings = new HashMap<>();
    settings.put("DATABASE_URL", database.jdbcUrl());
    settings.put("DATABASE_USER", database.user());
    settings.put("DATABASE_PASSWORD", database.password());
    settings.put("WECHATPAY_SP_MCHID", keys.spMchid());
    settings.put("WECHATPAY_CERT_SERIAL_NO", keys.merchantSerial());
    settings.put("WECHATPAY_PRIVATE_KEY", keys.merchantPrivateKeyPem());
    settings.put("WECHATPAY_PUBLIC_KEY_ID", keys.publicKeyId());
    settings.put("WECHATPAY_PUBLIC_KEY", keys.wechatPayPublicKeyPem());
    settings.put("WECHATPAY_BASE_URL", sandbox.baseUrl());
    settings.put("HEALTH_FILE", folder.resolve("health").toString());
    return settings;
  }
}
