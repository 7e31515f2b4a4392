package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SandboxKeys;
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

/** The process, from its start to its end. */
class ServiceLifeTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

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
