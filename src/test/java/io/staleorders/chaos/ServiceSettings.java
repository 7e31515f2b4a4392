package io.staleorders.chaos;

import static java.util.Map.entry;

import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.testkit.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How copies are set up: as anywhere, only less patient, and so that each can be told apart. */
final class ServiceSettings {
  static final Duration CLOSE_DELAY = Duration.ofMinutes(5);
  static final Duration LEASE = Duration.ofSeconds(14);
  static final int CLOSE_RATE = 40;

  private final Database database;
  private final Sandbox sandbox;
  private final Path directory;
  private final Map<String, String> changes;

  /**
   * @param directory where files that copies need are put
   */
  ServiceSettings(Database database, Sandbox sandbox, Path directory) {
    this(database, sandbox, directory, Map.of());
  }

  private ServiceSettings(
      Database database, Sandbox sandbox, Path directory, Map<String, String> changes) {
    this.database = database;
    this.sandbox = sandbox;
    this.directory = directory;
    this.changes = changes;
  }

  /** The same but for these. */
  ServiceSettings with(Map<String, String> others) {
    return new ServiceSettings(database, sandbox, directory, others);
  }

  /**
   * The settings of one copy.
   *
   * @param name what the database and the sandbox see of it: the name of its sessions, and of the
   *     host that it calls; a single label
   */
  Map<String, String> of(String name, String instanceId) {
    Map<String, String> settings = new HashMap<>(usual(name, instanceId));
    settings.putAll(changes);
    return settings;
  }

  private Map<String, String> usual(String name, String instanceId) {
    SandboxKeys keys = sandbox.keys();
    return Map.ofEntries(
        entry("DATABASE_URL", database.jdbcUrl() + "?ApplicationName=" + name),
        entry("DATABASE_USER", database.user()),
        entry("DATABASE_PASSWORD", database.password()),
        entry("DATABASE_POOL_SIZE", "4"),
        entry("WECHATPAY_SP_MCHID", keys.spMchid()),
        entry("WECHATPAY_CERT_SERIAL_NO", keys.merchantSerial()),
        entry("WECHATPAY_PRIVATE_KEY", keys.merchantPrivateKeyPem()),
        entry("WECHATPAY_PUBLIC_KEY_ID", keys.publicKeyId()),
        entry("WECHATPAY_PUBLIC_KEY", keys.wechatPayPublicKeyPem()),
        entry("WECHATPAY_BASE_URL", sandbox.baseUrl().replace("127.0.0.1", name)),
        entry("WECHATPAY_BACKUP_BASE_URL", sandbox.backupUrl().replace("127.0.0.1", name)),
        entry("WECHATPAY_TIMEOUT", "1s"),
        entry("CLOSE_DELAY", CLOSE_DELAY.toString()),
        entry("CLOSE_RATE", Integer.toString(CLOSE_RATE)),
        entry("CLAIM_LEASE", LEASE.toString()),
        entry("SWEEP_INTERVAL", "1s"),
        entry("FULL_SCAN_INTERVAL", "5s"),
        entry("RETRY_FIRST_DELAY", "1s"),
        entry("RETRY_MAX_DELAY", "2s"),
        entry("RETRY_FOR", "10s"),
        entry("PAUSE_FIRST_DELAY", "1s"),
        entry("PAUSE_MAX_DELAY", "2s"),
        entry("SHUTDOWN_GRACE", "2s"),
        entry("HEALTH_FILE", directory.resolve("health-" + name).toString()),
        entry("INSTANCE_ID", instanceId));
  }

  private String databaseHost() {
    return URI.create(database.jdbcUrl().substring("jdbc:".length())).getHost();
  }

  /** By which the name of a copy is the address of this machine, in that copy alone. */
  List<String> jvmOptions(String name) {
    try {
      Path hosts = Files.createTempFile(directory, "hosts-", "");
      Files.writeString(
          hosts,
          "%s %s%n127.0.0.1 %s%n"
              .formatted(
                  InetAddress.getByName(databaseHost()).getHostAddress(), databaseHost(), name));
      return List.of("-Xmx128m", "-Djdk.net.hosts.file=" + hosts);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
