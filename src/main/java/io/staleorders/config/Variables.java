package io.staleorders.config;

import static io.staleorders.config.Kinds.duration;
import static io.staleorders.config.Kinds.number;
import static io.staleorders.config.Kinds.oneOf;
import static io.staleorders.config.Variable.defaulting;
import static io.staleorders.config.Variable.derived;
import static io.staleorders.config.Variable.required;
import static io.staleorders.config.Variable.unset;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.MerchantId;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import org.slf4j.event.Level;

/** The table of settings. */
final class Variables {
  static final URI OFFICIAL_URL = URI.create("https://api.mch.weixin.qq.com");
  static final URI OFFICIAL_BACKUP_URL = URI.create("https://api2.mch.weixin.qq.com");

  private static final Kind<URI> URL = new Kind<>(BaseUrl.ALLOWED, BaseUrl::read);

  static final Variable<DatabaseUrl> DATABASE_URL =
      required(
          "DATABASE_URL",
          new Kind<>(DatabaseUrl.ALLOWED, DatabaseUrl::read),
          "where the database is");
  static final Variable<String> DATABASE_USER =
      unset("DATABASE_USER", Kinds.NAME, "the role, unless the URL has it");
  static final Variable<Secret> DATABASE_PASSWORD =
      unset("DATABASE_PASSWORD", Kinds.SECRET, "its password, unless the URL has it").asSecret();
  static final Variable<Integer> DATABASE_POOL_SIZE =
      defaulting("DATABASE_POOL_SIZE", number(2, 200), "8", "connections at most");

  static final Variable<MerchantId> WECHATPAY_SP_MCHID =
      required("WECHATPAY_SP_MCHID", Kinds.MERCHANT, "the service provider's number");
  static final Variable<MerchantId> WECHATPAY_SUB_MCHID =
      unset(
          "WECHATPAY_SUB_MCHID",
          Kinds.MERCHANT,
          "for a shop with one sub-merchant and no column for it");
  static final Variable<String> WECHATPAY_CERT_SERIAL_NO =
      required("WECHATPAY_CERT_SERIAL_NO", Kinds.SERIAL, "serial of the merchant API certificate");
  static final Variable<Secret> WECHATPAY_PRIVATE_KEY =
      required("WECHATPAY_PRIVATE_KEY", Kinds.SECRET, "the merchant API key, PEM").asSecret();
  static final Variable<String> WECHATPAY_PUBLIC_KEY_ID =
      unset(
          "WECHATPAY_PUBLIC_KEY_ID", Kinds.PUBLIC_KEY_ID, "the WeChat Pay public key's identifier");
  static final Variable<Secret> WECHATPAY_PUBLIC_KEY =
      unset("WECHATPAY_PUBLIC_KEY", Kinds.SECRET, "the WeChat Pay public key, PEM").asSecret();
  static final Variable<Secret> WECHATPAY_API_V3_KEY =
      unset(
              "WECHATPAY_API_V3_KEY",
              Kinds.API_V3_KEY,
              "the APIv3 key, with which platform certificates are downloaded")
          .asSecret();
  static final Variable<URI> WECHATPAY_BASE_URL =
      defaulting("WECHATPAY_BASE_URL", URL, OFFICIAL_URL.toString(), "where WeChat Pay is called");
  static final Variable<URI> WECHATPAY_BACKUP_BASE_URL =
      derived(
          "WECHATPAY_BACKUP_BASE_URL",
          URL,
          OFFICIAL_BACKUP_URL + " beside the official WECHATPAY_BASE_URL, else none",
          "where it is called when that fails; empty means nowhere");
  static final Variable<Duration> WECHATPAY_TIMEOUT =
      defaulting(
          "WECHATPAY_TIMEOUT", duration(ofMillis(100), ofMinutes(1)), "10s", "one whole call");

  static final Variable<Settings.Table> ORDERS_TABLE =
      defaulting("ORDERS_TABLE", Kinds.TABLE, "orders", "the shop's table or view");
  static final Variable<String> ORDERS_OUT_TRADE_NO_COLUMN =
      defaulting("ORDERS_OUT_TRADE_NO_COLUMN", Kinds.COLUMN, "out_trade_no", "the order's number");
  static final Variable<String> ORDERS_SUB_MCHID_COLUMN =
      defaulting("ORDERS_SUB_MCHID_COLUMN", Kinds.COLUMN, "sub_mchid", "the sub-merchant's number");
  static final Variable<String> ORDERS_STATUS_COLUMN =
      defaulting("ORDERS_STATUS_COLUMN", Kinds.COLUMN, "status", "text, enum or integer");
  static final Variable<String> ORDERS_CREATED_AT_COLUMN =
      defaulting(
          "ORDERS_CREATED_AT_COLUMN",
          Kinds.COLUMN,
          "created_at",
          "when the order was made or last prepaid, timestamptz or timestamp");
  static final Variable<ZoneId> ORDERS_TIME_ZONE =
      defaulting(
          "ORDERS_TIME_ZONE", Kinds.ZONE, "UTC", "in which a timestamp without zone is read");
  static final Variable<List<String>> ORDERS_UNPAID_STATUS =
      defaulting("ORDERS_UNPAID_STATUS", Kinds.STATUSES, "NOTPAY", "which orders are unpaid");
  static final Variable<String> ORDERS_CLOSED_STATUS =
      defaulting(
          "ORDERS_CLOSED_STATUS", Kinds.STATUS, "CLOSED", "what a closed order is marked as");
  static final Variable<String> ORDERS_PAID_STATUS =
      unset(
          "ORDERS_PAID_STATUS",
          Kinds.STATUS,
          "what an order found paid is marked as; unset: it is left alone");
  static final Variable<String> ORDERS_FILTER_COLUMN =
      unset(
          "ORDERS_FILTER_COLUMN",
          Kinds.COLUMN,
          "only rows whose column is one of the filter's values are read or written");
  static final Variable<List<String>> ORDERS_FILTER_VALUES =
      unset("ORDERS_FILTER_VALUES", Kinds.STATUSES, "the filter's values");

  static final Variable<Duration> CLOSE_DELAY =
      defaulting(
          "CLOSE_DELAY", duration(ofMinutes(5), ofDays(30)), "15m", "age at which it is closed");
  static final Variable<Boolean> CLOSE_CONFIRM =
      defaulting("CLOSE_CONFIRM", Kinds.FLAG, "true", "whether a close is confirmed by a query");
  static final Variable<NotFoundRule> CLOSE_NOT_FOUND =
      defaulting(
          "CLOSE_NOT_FOUND",
          oneOf(Variables::lowerCase, List.of(NotFoundRule.values())),
          "auto",
          "what is done with an order that WeChat Pay does not know");
  static final Variable<Integer> CLOSE_RATE =
      defaulting(
          "CLOSE_RATE", number(1, 2000), "50", "calls a second over all copies, queries counted");
  static final Variable<Integer> CLOSE_CONCURRENCY =
      defaulting("CLOSE_CONCURRENCY", number(1, 1000), "64", "calls at a time of one copy");
  static final Variable<Integer> CLOSE_BATCH_SIZE =
      defaulting("CLOSE_BATCH_SIZE", number(1, 10_000), "500", "orders claimed at once");
  static final Variable<Duration> CLAIM_LEASE =
      defaulting(
          "CLAIM_LEASE",
          duration(ofSeconds(10), ofHours(1)),
          "60s",
          "how long a claim holds, at least 4 × WECHATPAY_TIMEOUT + 10s");
  static final Variable<Duration> SWEEP_INTERVAL =
      defaulting(
          "SWEEP_INTERVAL", duration(ofSeconds(1), ofHours(1)), "30s", "longest wait of a scan");
  static final Variable<Duration> FULL_SCAN_INTERVAL =
      defaulting(
          "FULL_SCAN_INTERVAL",
          duration(ofSeconds(1), ofDays(7)),
          "10m",
          "how often the whole table is scanned");
  static final Variable<Duration> RETRY_FIRST_DELAY =
      defaulting(
          "RETRY_FIRST_DELAY", duration(ofMillis(100), ofDays(1)), "10s", "first wait, doubling");
  static final Variable<Duration> RETRY_MAX_DELAY =
      defaulting("RETRY_MAX_DELAY", duration(ofMillis(100), ofDays(1)), "30m", "longest wait");
  static final Variable<Duration> RETRY_FOR =
      defaulting(
          "RETRY_FOR", duration(ofSeconds(1), ofDays(365)), "7d", "after which it is abandoned");
  static final Variable<Duration> PAUSE_FIRST_DELAY =
      defaulting(
          "PAUSE_FIRST_DELAY", duration(ofMillis(100), ofDays(1)), "30s", "first pause, doubling");
  static final Variable<Duration> PAUSE_MAX_DELAY =
      defaulting("PAUSE_MAX_DELAY", duration(ofMillis(100), ofDays(1)), "30m", "longest pause");
  static final Variable<Duration> HISTORY_RETENTION =
      defaulting(
          "HISTORY_RETENTION",
          duration(ofSeconds(1), ofDays(3650)),
          "90d",
          "how long resolved rows and history are kept");

  static final Variable<Duration> SHUTDOWN_GRACE =
      defaulting(
          "SHUTDOWN_GRACE", duration(ZERO, ofMinutes(10)), "8s", "for calls under way at the end");
  static final Variable<Boolean> DRY_RUN =
      defaulting(
          "DRY_RUN", Kinds.FLAG, "false", "claims and writes nothing, logs what it would do");
  static final Variable<Boolean> MIGRATE_ON_START =
      defaulting(
          "MIGRATE_ON_START", Kinds.FLAG, "true", "whether run, once and close migrate first");
  static final Variable<Path> HEALTH_FILE =
      defaulting(
          "HEALTH_FILE",
          Kinds.PATH,
          "/dev/shm/stale-order-closer",
          "touched while the service is well");
  static final Variable<String> INSTANCE_ID =
      derived("INSTANCE_ID", Kinds.NAME, "host name", "for people; nothing is decided by it");
  static final Variable<LogFormat> LOG_FORMAT =
      defaulting(
          "LOG_FORMAT",
          oneOf(Variables::lowerCase, List.of(LogFormat.values())),
          "json",
          "what a line of the log looks like");
  static final Variable<Level> LOG_LEVEL =
      defaulting(
          "LOG_LEVEL",
          oneOf(Level::name, List.of(Level.DEBUG, Level.INFO, Level.WARN, Level.ERROR)),
          "INFO",
          "the least important lines logged");

  /** All of them, in the order of the documentation's table. */
  static final List<Variable<?>> ALL =
      List.of(
          DATABASE_URL,
          DATABASE_USER,
          DATABASE_PASSWORD,
          DATABASE_POOL_SIZE,
          WECHATPAY_SP_MCHID,
          WECHATPAY_SUB_MCHID,
          WECHATPAY_CERT_SERIAL_NO,
          WECHATPAY_PRIVATE_KEY,
          WECHATPAY_PUBLIC_KEY_ID,
          WECHATPAY_PUBLIC_KEY,
          WECHATPAY_API_V3_KEY,
          WECHATPAY_BASE_URL,
          WECHATPAY_BACKUP_BASE_URL,
          WECHATPAY_TIMEOUT,
          ORDERS_TABLE,
          ORDERS_OUT_TRADE_NO_COLUMN,
          ORDERS_SUB_MCHID_COLUMN,
          ORDERS_STATUS_COLUMN,
          ORDERS_CREATED_AT_COLUMN,
          ORDERS_TIME_ZONE,
          ORDERS_UNPAID_STATUS,
          ORDERS_CLOSED_STATUS,
          ORDERS_PAID_STATUS,
          ORDERS_FILTER_COLUMN,
          ORDERS_FILTER_VALUES,
          CLOSE_DELAY,
          CLOSE_CONFIRM,
          CLOSE_NOT_FOUND,
          CLOSE_RATE,
          CLOSE_CONCURRENCY,
          CLOSE_BATCH_SIZE,
          CLAIM_LEASE,
          SWEEP_INTERVAL,
          FULL_SCAN_INTERVAL,
          RETRY_FIRST_DELAY,
          RETRY_MAX_DELAY,
          RETRY_FOR,
          PAUSE_FIRST_DELAY,
          PAUSE_MAX_DELAY,
          HISTORY_RETENTION,
          SHUTDOWN_GRACE,
          DRY_RUN,
          MIGRATE_ON_START,
          HEALTH_FILE,
          INSTANCE_ID,
          LOG_FORMAT,
          LOG_LEVEL);

  private Variables() {}

  private static String lowerCase(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
