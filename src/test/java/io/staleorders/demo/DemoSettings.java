package io.staleorders.demo;

import static java.util.Map.entry;

import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.testkit.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** How the service is set up for the demonstration: as anywhere, only less patient. */
final class DemoSettings {
  static final Duration CLOSE_DELAY = Duration.ofMinutes(15);

  private DemoSettings() {}

  static Map<String, String> of(Database database, Sandbox sandbox, Path healthFile) {
    SandboxKeys keys = sandbox.keys();
    return Map.ofEntries(
        entry("DATABASE_URL", database.jdbcUrl()),
        entry("DATABASE_USER", database.user()),
        entry("DATABASE_PASSWORD", database.password()),
        entry("WECHATPAY_SP_MCHID", keys.spMchid()),
        entry("WECHATPAY_CERT_SERIAL_NO", keys.merchantSerial()),
        entry("WECHATPAY_PRIVATE_KEY", keys.merchantPrivateKeyPem()),
        entry("WECHATPAY_PUBLIC_KEY_ID", keys.publicKeyId()),
        entry("WECHATPAY_PUBLIC_KEY", keys.wechatPayPublicKeyPem()),
        entry("WECHATPAY_BASE_URL", sandbox.baseUrl()),
        entry("WECHATPAY_BACKUP_BASE_URL", sandbox.backupUrl()),
        entry("WECHATPAY_TIMEOUT", "2s"),
        entry("ORDERS_FILTER_COLUMN", "channel"),
        entry("ORDERS_FILTER_VALUES", "WECHAT"),
        entry("CLOSE_DELAY", CLOSE_DELAY.toString()),
        entry("CLOSE_CONCURRENCY", "6"),
        entry("CLAIM_LEASE", "18s"),
        entry("SWEEP_INTERVAL", "1s"),
        entry("RETRY_FIRST_DELAY", "1s"),
        entry("RETRY_MAX_DELAY", "4s"),
        entry("PAUSE_FIRST_DELAY", "2s"),
        entry("PAUSE_MAX_DELAY", "8s"),
        entry("SHUTDOWN_GRACE", "2s"),
        entry("HEALTH_FILE", healthFile.toString()),
        entry("INSTANCE_ID", "demo"),
        entry("LOG_FORMAT", "text"));
  }
}
