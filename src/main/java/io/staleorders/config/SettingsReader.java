package io.staleorders.config;

import static io.staleorders.config.Variables.*;

import io.staleorders.config.Reading.Invalid;
import io.staleorders.config.Reading.Valid;
import io.staleorders.config.Settings.SubMchid;
import java.net.URI;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Makes settings of environment variables. Written by hand because no configuration library names
 * every fault at once by its variable, masked, with X_FILE beside X and rules between settings.
 */
final class SettingsReader {
  private static final Duration SHORT_HISTORY = Duration.ofDays(1);

  private final Map<String, String> environment;
  private final Values values;

  SettingsReader(Map<String, String> environment) {
    this.environment = environment;
    this.values = new Values(new Environment(environment));
  }

  Reading<Settings> settings(Settings.KeyReaders keys) {
    new Contradictions(values).findAll();
    Optional<PrivateKey> privateKey =
        values.convert(WECHATPAY_PRIVATE_KEY, pem -> keys.privateKey().apply(pem.reveal()));
    Optional<PublicKey> publicKey =
        values.convert(WECHATPAY_PUBLIC_KEY, pem -> keys.publicKey().apply(pem.reveal()));
    return reading(values.faults(), () -> settings(privateKey.orElseThrow(), publicKey));
  }

  Reading<Settings.Database> databaseAlone() {
    new Contradictions(values).findInDatabase();
    return reading(faultsOf("DATABASE_", "LOG_"), this::database);
  }

  Reading<Settings.Health> healthAlone() {
    return reading(
        faultsOf(HEALTH_FILE.name(), SWEEP_INTERVAL.name(), "LOG_"),
        () -> new Settings.Health(values.get(HEALTH_FILE), values.get(SWEEP_INTERVAL)));
  }

  private <T> Reading<T> reading(List<Fault> faults, Supplier<T> settings) {
    return faults.isEmpty()
        ? new Valid<>(settings.get(), warnings())
        : new Invalid<>(faults, warnings());
  }

  private List<Fault> faultsOf(String... prefixes) {
    return values.faults().stream()
        .filter(fault -> Stream.of(prefixes).anyMatch(fault.name()::startsWith))
        .toList();
  }

  private List<String> warnings() {
    List<String> warnings = new ArrayList<>(UnknownNames.warnings(environment.keySet()));
    values
        .find(DATABASE_URL)
        .ifPresent(
            url -> url.warnings().forEach(warning -> warnings.add("DATABASE_URL: " + warning)));
    values
        .find(HISTORY_RETENTION)
        .filter(kept -> kept.compareTo(SHORT_HISTORY) < 0)
        .ifPresent(
            kept ->
                warnings.add("HISTORY_RETENTION: history is gone after " + Durations.text(kept)));
    return warnings;
  }

  private Settings settings(PrivateKey privateKey, Optional<PublicKey> publicKey) {
    return new Settings(
        database(),
        wechatPay(privateKey, publicKey),
        orders(),
        close(),
        new Settings.Schedule(values.get(SWEEP_INTERVAL), values.get(FULL_SCAN_INTERVAL)),
        new Settings.Delays(values.get(RETRY_FIRST_DELAY), values.get(RETRY_MAX_DELAY)),
        new Settings.Delays(values.get(PAUSE_FIRST_DELAY), values.get(PAUSE_MAX_DELAY)),
        service(),
        new Logs(values.get(LOG_FORMAT), values.get(LOG_LEVEL)));
  }

  private Settings.Database database() {
    DatabaseUrl url = values.get(DATABASE_URL);
    return new Settings.Database(
        url.jdbc(),
        url.shown(),
        url.user().or(() -> values.find(DATABASE_USER)),
        url.password().or(() -> values.find(DATABASE_PASSWORD)),
        values.get(DATABASE_POOL_SIZE),
        this::readPassword);
  }

  private Optional<Secret> readPassword() {
    return switch (new SettingsReader(environment).databaseAlone()) {
      case Valid<Settings.Database> now -> now.settings().password();
      case Invalid<Settings.Database> unreadable -> Optional.empty();
    };
  }

  private Settings.WechatPay wechatPay(PrivateKey privateKey, Optional<PublicKey> publicKey) {
    return new Settings.WechatPay(
        values.get(WECHATPAY_SP_MCHID),
        values.get(WECHATPAY_CERT_SERIAL_NO),
        privateKey,
        publicKey.map(
            key -> new Settings.WechatPayPublicKey(values.get(WECHATPAY_PUBLIC_KEY_ID), key)),
        values.find(WECHATPAY_API_V3_KEY),
        values.get(WECHATPAY_BASE_URL),
        backupBaseUrl(),
        values.get(WECHATPAY_TIMEOUT));
  }

  /** The official backup only beside the official host: a stand-in's calls must stay with it. */
  private Optional<URI> backupBaseUrl() {
    boolean official = values.get(WECHATPAY_BASE_URL).equals(OFFICIAL_URL);
    return values
        .find(WECHATPAY_BACKUP_BASE_URL)
        .or(
            () ->
                official && !values.isEmpty(WECHATPAY_BACKUP_BASE_URL)
                    ? Optional.of(OFFICIAL_BACKUP_URL)
                    : Optional.empty());
  }

  private Settings.Orders orders() {
    return new Settings.Orders(
        values.get(ORDERS_TABLE),
        values.get(ORDERS_OUT_TRADE_NO_COLUMN),
        subMchid(),
        values.get(ORDERS_STATUS_COLUMN),
        values.get(ORDERS_CREATED_AT_COLUMN),
        values.get(ORDERS_TIME_ZONE),
        values.isGiven(ORDERS_TIME_ZONE),
        new Settings.Statuses(
            values.get(ORDERS_UNPAID_STATUS),
            values.get(ORDERS_CLOSED_STATUS),
            values.find(ORDERS_PAID_STATUS)),
        values
            .find(ORDERS_FILTER_COLUMN)
            .map(column -> new Settings.Filter(column, values.get(ORDERS_FILTER_VALUES))));
  }

  private SubMchid subMchid() {
    return values
        .find(WECHATPAY_SUB_MCHID)
        .<SubMchid>map(SubMchid.Fixed::new)
        .orElseGet(() -> new SubMchid.Column(values.get(ORDERS_SUB_MCHID_COLUMN)));
  }

  private Settings.Close close() {
    return new Settings.Close(
        values.get(CLOSE_DELAY),
        values.get(CLOSE_CONFIRM),
        values.get(CLOSE_NOT_FOUND),
        values.get(CLOSE_RATE),
        values.get(CLOSE_CONCURRENCY),
        values.get(CLOSE_BATCH_SIZE),
        values.get(CLAIM_LEASE),
        values.get(RETRY_FOR));
  }

  private Settings.Service service() {
    return new Settings.Service(
        values.find(INSTANCE_ID).orElseGet(() -> HostName.of(environment)),
        values.get(DRY_RUN),
        values.get(MIGRATE_ON_START),
        values.get(HEALTH_FILE),
        values.get(HISTORY_RETENTION),
        values.get(SHUTDOWN_GRACE));
  }
}
