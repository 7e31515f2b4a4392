package io.staleorders.config;

import static io.staleorders.config.Example.with;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.MerchantId;
import io.staleorders.testkit.Fast;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.Level;

/** Each variable: what it is when unset, what it is when set, what it refuses. */
@Fast
class EverySettingTest {

  /**
   * @param others variables that must be set with it, in pairs; a null value takes one away
   */
  record Row(
      String name,
      Object unset,
      String text,
      Object value,
      Function<Settings, Object> in,
      List<String> refused,
      List<String> others) {

    Row alongWith(String... pairs) {
      return new Row(name, unset, text, value, in, refused, Arrays.asList(pairs));
    }

    Map<String, String> environment(String text) {
      Map<String, String> environment = with(others.toArray(String[]::new));
      environment.put(name, text);
      return environment;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Row row(
      String name,
      Object unset,
      String text,
      Object value,
      Function<Settings, Object> in,
      String... refused) {
    return new Row(name, unset, text, value, in, List.of(refused), List.of());
  }

  static List<Row> rows() {
    return Stream.of(databaseRows(), wechatPayRows(), ordersRows(), closeRows(), serviceRows())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Row> databaseRows() {
    return List.of(
        row(
            "DATABASE_URL",
            "jdbc:postgresql://db:5432/shop",
            "postgres://other/shop",
            "jdbc:postgresql://other/shop",
            s -> s.database().jdbcUrl().reveal(),
            "mysql://db/shop",
            "db:5432/shop",
            "jdbc:postgresql://db:99999/shop"),
        row(
            "DATABASE_USER",
            Optional.empty(),
            "closer",
            Optional.of("closer"),
            s -> s.database().user(),
            "a\nb"),
        row(
            "DATABASE_PASSWORD",
            Optional.empty(),
            " pass word ",
            Optional.of(" pass word "),
            s -> s.database().password().map(Secret::reveal)),
        row(
            "DATABASE_POOL_SIZE",
            8,
            "20",
            20,
            s -> s.database().poolSize(),
            "0",
            "1",
            "201",
            "-8",
            "8.5",
            "eight",
            "99999999999999999999"));
  }

  private static List<Row> wechatPayRows() {
    return List.of(
        row(
            "WECHATPAY_SP_MCHID",
            new MerchantId("1900000001"),
            "1234",
            new MerchantId("1234"),
            s -> s.wechatPay().spMchid(),
            "19000x",
            "１９０",
            "1".repeat(33)),
        row(
            "WECHATPAY_SUB_MCHID",
            new Settings.SubMchid.Column("sub_mchid"),
            "1900000109",
            new Settings.SubMchid.Fixed(new MerchantId("1900000109")),
            s -> s.orders().subMchid(),
            "none"),
        row(
            "WECHATPAY_CERT_SERIAL_NO",
            "5A1F0C",
            "0abcDEF9",
            "0ABCDEF9",
            s -> s.wechatPay().certSerialNo(),
            "5A:1F",
            "0x12",
            "A".repeat(65)),
        row(
            "WECHATPAY_PRIVATE_KEY",
            Example.KEYS.getPrivate(),
            Example.PRIVATE_PEM,
            Example.KEYS.getPrivate(),
            s -> s.wechatPay().privateKey(),
            "no key",
            Example.PUBLIC_PEM),
        row(
                "WECHATPAY_PUBLIC_KEY_ID",
                Optional.empty(),
                "PUB_KEY_ID_0119",
                Optional.of("PUB_KEY_ID_0119"),
                s -> s.wechatPay().publicKey().map(Settings.WechatPayPublicKey::id),
                "0119",
                "PUB_KEY_ID_",
                "PUB_KEY_ID_01 19")
            .alongWith("WECHATPAY_PUBLIC_KEY", Example.PUBLIC_PEM),
        row(
                "WECHATPAY_PUBLIC_KEY",
                Optional.empty(),
                Example.PUBLIC_PEM,
                Optional.of(Example.KEYS.getPublic()),
                s -> s.wechatPay().publicKey().map(Settings.WechatPayPublicKey::key),
                "no key",
                Example.PRIVATE_PEM)
            .alongWith("WECHATPAY_PUBLIC_KEY_ID", "PUB_KEY_ID_0119"),
        row(
            "WECHATPAY_API_V3_KEY",
            Optional.of(Example.API_V3_KEY),
            "a".repeat(32),
            Optional.of("a".repeat(32)),
            s -> s.wechatPay().apiV3Key().map(Secret::reveal),
            "a".repeat(31),
            "a".repeat(33),
            "é".repeat(32)),
        row(
            "WECHATPAY_BASE_URL",
            URI.create("https://api.mch.weixin.qq.com"),
            "http://sandbox:8089/",
            URI.create("http://sandbox:8089"),
            s -> s.wechatPay().baseUrl(),
            "http://api.mch.weixin.qq.com",
            "api.mch.weixin.qq.com",
            "https://api.mch.weixin.qq.com/v3"),
        row(
            "WECHATPAY_BACKUP_BASE_URL",
            Optional.of(URI.create("https://api2.mch.weixin.qq.com")),
            "https://backup.example",
            Optional.of(URI.create("https://backup.example")),
            s -> s.wechatPay().backupBaseUrl(),
            "none"),
        row(
            "WECHATPAY_TIMEOUT",
            ofSeconds(10),
            "PT2.5S",
            Duration.ofMillis(2500),
            s -> s.wechatPay().timeout(),
            "0s",
            "10",
            "2m",
            "-PT5S",
            "PT"));
  }

  private static List<Row> ordersRows() {
    return List.of(
        row(
            "ORDERS_TABLE",
            new Settings.Table(Optional.empty(), "orders"),
            "shop.Order list",
            new Settings.Table(Optional.of("shop"), "Order list"),
            s -> s.orders().table(),
            "a.b.c",
            "shop.",
            ".orders",
            "\"orders\"",
            "订".repeat(22)),
        column("ORDERS_OUT_TRADE_NO_COLUMN", "out_trade_no", s -> s.orders().outTradeNoColumn()),
        row(
            "ORDERS_SUB_MCHID_COLUMN",
            new Settings.SubMchid.Column("sub_mchid"),
            "seller",
            new Settings.SubMchid.Column("seller"),
            s -> s.orders().subMchid(),
            "x".repeat(64)),
        column("ORDERS_STATUS_COLUMN", "status", s -> s.orders().statusColumn()),
        column("ORDERS_CREATED_AT_COLUMN", "created_at", s -> s.orders().createdAtColumn()),
        row(
            "ORDERS_TIME_ZONE",
            ZoneId.of("UTC"),
            "Asia/Shanghai",
            ZoneId.of("Asia/Shanghai"),
            s -> s.orders().timeZone(),
            "Asia/Nowhere",
            "SystemV/PST8",
            "+05:30",
            "UTC+8",
            "+18:00",
            "CSTX"),
        row(
            "ORDERS_UNPAID_STATUS",
            List.of("NOTPAY"),
            " 0, 1 ,,0",
            List.of("0", "1"),
            s -> s.orders().statuses().unpaid(),
            ",",
            "a".repeat(101)),
        row(
            "ORDERS_CLOSED_STATUS",
            "CLOSED",
            "9",
            "9",
            s -> s.orders().statuses().closed(),
            "a".repeat(101)),
        row(
            "ORDERS_PAID_STATUS",
            Optional.empty(),
            "PAID",
            Optional.of("PAID"),
            s -> s.orders().statuses().paid(),
            "a".repeat(101)),
        row(
                "ORDERS_FILTER_COLUMN",
                Optional.empty(),
                "channel",
                Optional.of("channel"),
                s -> s.orders().filter().map(Settings.Filter::column),
                "x".repeat(64))
            .alongWith("ORDERS_FILTER_VALUES", "wechat"),
        row(
                "ORDERS_FILTER_VALUES",
                Optional.empty(),
                "wechat,wx",
                Optional.of(List.of("wechat", "wx")),
                s -> s.orders().filter().map(Settings.Filter::values),
                ",,")
            .alongWith("ORDERS_FILTER_COLUMN", "channel"));
  }

  private static Row column(String name, String unset, Function<Settings, Object> in) {
    return row(name, unset, "Mixed Case", "Mixed Case", in, "\"quoted\"", "x".repeat(64));
  }

  private static List<Row> closeRows() {
    return List.of(
        duration("CLOSE_DELAY", ofMinutes(15), s -> s.close().delay(), "4m", "31d"),
        row("CLOSE_CONFIRM", true, "FALSE", false, s -> s.close().confirm(), "no", "0"),
        row(
            "CLOSE_NOT_FOUND",
            NotFoundRule.AUTO,
            "keep",
            NotFoundRule.KEEP,
            s -> s.close().notFound(),
            "never"),
        row("CLOSE_RATE", 50, "200", 200, s -> s.close().rate(), "0", "2001", "1000000000"),
        row("CLOSE_CONCURRENCY", 64, "1", 1, s -> s.close().concurrency(), "0", "1000000000"),
        row("CLOSE_BATCH_SIZE", 500, "9", 9, s -> s.close().batchSize(), "0", "10001"),
        duration("CLAIM_LEASE", ofSeconds(60), s -> s.close().lease(), "0s", "49s", "2h"),
        duration("SWEEP_INTERVAL", ofSeconds(30), s -> s.schedule().sweepInterval(), "0s", "2h"),
        duration(
            "FULL_SCAN_INTERVAL", ofMinutes(10), s -> s.schedule().fullScanInterval(), "0s", "8d"),
        duration("RETRY_FIRST_DELAY", ofSeconds(10), s -> s.retry().first(), "0s", "2d"),
        duration("RETRY_MAX_DELAY", ofMinutes(30), s -> s.retry().max(), "0s", "5s", "2d"),
        duration("RETRY_FOR", ofDays(7), s -> s.close().retryFor(), "0s", "366d"),
        duration("PAUSE_FIRST_DELAY", ofSeconds(30), s -> s.pause().first(), "0s", "2d"),
        duration("PAUSE_MAX_DELAY", ofMinutes(30), s -> s.pause().max(), "29s", "2d"),
        duration(
            "HISTORY_RETENTION", ofDays(90), s -> s.service().historyRetention(), "0s", "3651d"));
  }

  /** Any duration that is set to five minutes. */
  private static Row duration(
      String name, Duration unset, Function<Settings, Object> in, String... refused) {
    List<String> all =
        Stream.concat(
                Stream.of(refused),
                Stream.of("5", "5 m", "5M", "-5m", "m", "999999999999d", "P9999999999999999D"))
            .toList();
    return row(name, unset, "5m", ofMinutes(5), in, all.toArray(String[]::new));
  }

  private static List<Row> serviceRows() {
    return List.of(
        duration("SHUTDOWN_GRACE", ofSeconds(8), s -> s.service().shutdownGrace(), "11m"),
        row("DRY_RUN", false, "true", true, s -> s.service().dryRun(), "yes"),
        row("MIGRATE_ON_START", true, "false", false, s -> s.service().migrateOnStart(), "1"),
        row(
            "HEALTH_FILE",
            Path.of("/dev/shm/stale-order-closer"),
            "/tmp/h",
            Path.of("/tmp/h"),
            s -> s.service().healthFile(),
            "/tmp/\0"),
        row("INSTANCE_ID", "host-7", "west 2", "west 2", s -> s.service().instanceId(), "a\tb"),
        row("LOG_FORMAT", LogFormat.JSON, "text", LogFormat.TEXT, s -> s.logs().format(), "logfmt"),
        row("LOG_LEVEL", Level.INFO, "debug", Level.DEBUG, s -> s.logs().level(), "TRACE", "all"));
  }

  @ParameterizedTest
  @MethodSource("rows")
  void hasItsDefaultWhenUnsetOrEmpty(Row row) {
    Settings unset = Example.settings(Example.least());
    assertThat(row.in().apply(unset)).isEqualTo(row.unset());

    boolean isRequired = Example.least().containsKey(row.name());
    boolean emptyMeansNone = row.name().equals("WECHATPAY_BACKUP_BASE_URL");
    boolean isHalf = !row.others().isEmpty();
    if (!isRequired && !emptyMeansNone && !isHalf) {
      Settings empty = Example.settings(row.environment("  "));
      assertThat(row.in().apply(empty)).isEqualTo(row.unset());
    }
  }

  @ParameterizedTest
  @MethodSource("rows")
  void takesAValue(Row row) {
    Settings settings = Example.settings(row.environment(row.text()));

    assertThat(row.in().apply(settings)).isEqualTo(row.value());
  }

  @ParameterizedTest
  @MethodSource("rows")
  void refusesNonsenseByNameWithWhatIsAllowed(Row row) {
    Variable<?> variable =
        Settings.VARIABLES.stream().filter(v -> v.name().equals(row.name())).findFirst().get();

    for (String refused : row.refused()) {
      List<String> problems = Example.problems(row.environment(refused));
      assertThat(problems).as("'%s'", refused).isNotEmpty();
      assertThat(problems).allSatisfy(p -> assertThat(p).doesNotContain("\n", "\t", "\0"));
      assertThat(String.join("\n", problems)).contains(row.name());
      if (variable.secret()) {
        assertThat(String.join("\n", problems)).doesNotContain(refused);
      }
    }
  }

  @Test
  void everyVariableHasARowHere() {
    assertThat(Settings.VARIABLES.stream().map(Variable::name))
        .containsExactlyElementsOf(rows().stream().map(Row::name).toList())
        .doesNotHaveDuplicates();
  }

  @Test
  void everyDefaultIsItselfAllowed() {
    for (Variable<?> variable : Settings.VARIABLES) {
      if (variable.need() instanceof Variable.Need.Default standard) {
        assertThat(variable.kind().read(standard.text())).as(variable.name()).isPresent();
      }
    }
  }
}
