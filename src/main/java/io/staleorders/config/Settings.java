package io.staleorders.config;

import io.staleorders.order.ClosePolicy;
import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.MerchantId;
import java.net.URI;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Everything that an operator can set, checked: each value by itself and all of them together. */
public record Settings(
    Database database,
    WechatPay wechatPay,
    Orders orders,
    Close close,
    Schedule schedule,
    Delays retry,
    Delays pause,
    Service service,
    Logs logs) {

  /** Every variable there is, in the order of the documentation's table. */
  public static final List<Variable<?>> VARIABLES = Variables.ALL;

  /**
   * How keys are read from PEM texts.
   *
   * @param privateKey throws {@link IllegalArgumentException} with a message, which must not hold
   *     any of the key, if it cannot
   * @param publicKey likewise
   */
  public record KeyReaders(
      Function<String, PrivateKey> privateKey, Function<String, PublicKey> publicKey) {}

  /**
   * The shop's database.
   *
   * @param jdbcUrl without user and password; its parameters may still hold a secret
   * @param shownUrl for logs and reports: no parameters
   * @param readPassword reads the password again, from its file if it is in one
   */
  public record Database(
      Secret jdbcUrl,
      String shownUrl,
      Optional<String> user,
      Optional<Secret> password,
      int poolSize,
      Supplier<Optional<Secret>> readPassword) {

    /** The password as it is set now; as it was read first if its file cannot be read now. */
    public Optional<Secret> passwordNow() {
      return readPassword.get().or(() -> password);
    }
  }

  /**
   * The account at WeChat Pay. At least one of {@code publicKey} and {@code apiV3Key} is there.
   *
   * @param certSerialNo of the merchant API certificate, upper-case hexadecimal
   * @param backupBaseUrl where calls go when {@code baseUrl} fails
   * @param timeout of one whole call
   */
  public record WechatPay(
      MerchantId spMchid,
      String certSerialNo,
      PrivateKey privateKey,
      Optional<WechatPayPublicKey> publicKey,
      Optional<Secret> apiV3Key,
      URI baseUrl,
      Optional<URI> backupBaseUrl,
      Duration timeout) {

    // A key prints itself in some providers.
    @Override
    public String toString() {
      return "WechatPay[" + spMchid + " at " + baseUrl + "]";
    }
  }

  /** A WeChat Pay public key, as {@code Wechatpay-Serial} names it. */
  public record WechatPayPublicKey(String id, PublicKey key) {}

  /** A table's name, as spelt in the database, not quoted. */
  public record Table(Optional<String> schema, String name) {
    @Override
    public String toString() {
      return schema.map(s -> s + ".").orElse("") + name;
    }
  }

  /** Where the sub-merchant's number of an order comes from. */
  public sealed interface SubMchid {
    /** From this column of the order's row. */
    record Column(String name) implements SubMchid {}

    /** It is the same for all orders. */
    record Fixed(MerchantId mchid) implements SubMchid {}
  }

  /** Only rows whose {@code column}, as text, is one of {@code values}. */
  public record Filter(String column, List<String> values) {}

  /**
   * The shop's orders. Names of columns are as spelt in the database, not quoted.
   *
   * @param timeZone a region that PostgreSQL knows too; for a creation time without zone
   * @param timeZoneIsGiven whether it is not the default
   */
  public record Orders(
      Table table,
      String outTradeNoColumn,
      SubMchid subMchid,
      String statusColumn,
      String createdAtColumn,
      ZoneId timeZone,
      boolean timeZoneIsGiven,
      Statuses statuses,
      Optional<Filter> filter) {}

  /** Values of the status column, as text; none of them twice. */
  public record Statuses(List<String> unpaid, String closed, Optional<String> paid) {}

  /**
   * How orders are closed.
   *
   * @param delay age at which an order is closed
   * @param rate calls a second, over all copies
   * @param concurrency calls at a time of one copy
   * @param batchSize orders claimed at once
   * @param lease how long a claim holds
   */
  public record Close(
      Duration delay,
      boolean confirm,
      NotFoundRule notFound,
      int rate,
      int concurrency,
      int batchSize,
      Duration lease,
      Duration retryFor) {

    /** The part of it that decisions depend on. */
    public ClosePolicy policy() {
      return new ClosePolicy(confirm, notFound, retryFor);
    }
  }

  /** When the shop's table is scanned. */
  public record Schedule(Duration sweepInterval, Duration fullScanInterval) {}

  /** A first delay, doubling to {@code max}. */
  public record Delays(Duration first, Duration max) {}

  /**
   * The process itself.
   *
   * @param historyRetention how long resolved rows and history are kept
   * @param shutdownGrace for calls under way when it is told to stop
   */
  public record Service(
      String instanceId,
      boolean dryRun,
      boolean migrateOnStart,
      Path healthFile,
      Duration historyRetention,
      Duration shutdownGrace) {}

  /** All that the command {@code health} needs. */
  public record Health(Path healthFile, Duration sweepInterval) {

    /** The age of the health file from which on the service is not well. */
    public Duration limit() {
      return sweepInterval.multipliedBy(3);
    }
  }

  /** Reads and checks all settings. */
  public static Reading<Settings> read(Map<String, String> environment, KeyReaders keys) {
    return new SettingsReader(environment).settings(keys);
  }

  /** Reads the database's settings alone, for commands that call nobody. */
  public static Reading<Database> readDatabase(Map<String, String> environment) {
    return new SettingsReader(environment).databaseAlone();
  }

  /** Reads the settings of the health check alone: it must work where keys are out of reach. */
  public static Reading<Health> readHealth(Map<String, String> environment) {
    return new SettingsReader(environment).healthAlone();
  }

  /** The part of it that the command {@code health} needs. */
  public Health health() {
    return new Health(service.healthFile(), schedule.sweepInterval());
  }

  /** The settings that matter, under the names of log fields, without any secret. */
  public Map<String, Object> shown() {
    return ShownSettings.of(this);
  }
}
