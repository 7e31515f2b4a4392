package io.staleorders.config;

import static io.staleorders.config.Example.problems;
import static io.staleorders.config.Example.settings;
import static io.staleorders.config.Example.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.net.URI;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Fast
class SettingsTest {

  @Test
  void allFaultsAreReportedTogether() {
    assertThat(
            problems(
                Map.of(
                    "WECHATPAY_SP_MCHID", "shop",
                    "WECHATPAY_PRIVATE_KEY", "hunter2",
                    "ORDERS_UNPAID_STATUS", "NEW,CLOSED",
                    "CLOSE_DELAY", "2m",
                    "CLOSE_CONCURRENCY", "0",
                    "RETRY_MAX_DELAY", "1s")))
        .containsExactly(
            "DATABASE_URL: is required: where the database is; must be " + DatabaseUrl.ALLOWED,
            "WECHATPAY_SP_MCHID='shop': must be digits, at most 32",
            "WECHATPAY_CERT_SERIAL_NO: is required: serial of the merchant API certificate; must"
                + " be hexadecimal digits, at most 64",
            "CLOSE_DELAY='2m': must be a duration from 5m to 30d, written 500ms, 90s, 15m, 12h, 7d or as"
                + " ISO-8601",
            "CLOSE_CONCURRENCY='0': must be a whole number from 1 to 1000",
            "WECHATPAY_PUBLIC_KEY: is required with WECHATPAY_PUBLIC_KEY_ID, unless"
                + " WECHATPAY_API_V3_KEY is set: without either no answer can be verified",
            "ORDERS_CLOSED_STATUS='CLOSED (default)': may not be among ORDERS_UNPAID_STATUS",
            "RETRY_FIRST_DELAY='10s (default)': may not be over RETRY_MAX_DELAY, which is 1s",
            "WECHATPAY_PRIVATE_KEY: is not a key in PEM");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ORDERS_CLOSED_STATUS | ORDERS_CLOSED_STATUS=NOTPAY",
        "ORDERS_PAID_STATUS | ORDERS_PAID_STATUS=NOTPAY",
        "ORDERS_PAID_STATUS | ORDERS_PAID_STATUS=CLOSED",
        "SWEEP_INTERVAL | CLOSE_DELAY=5m SWEEP_INTERVAL=301s",
        "RETRY_FIRST_DELAY | RETRY_FIRST_DELAY=31m",
        "PAUSE_FIRST_DELAY | PAUSE_MAX_DELAY=29s",
        "CLAIM_LEASE | WECHATPAY_TIMEOUT=13s",
        "CLAIM_LEASE | CLAIM_LEASE=49s",
        "WECHATPAY_PUBLIC_KEY | WECHATPAY_PUBLIC_KEY_ID=PUB_KEY_ID_1",
        "WECHATPAY_PUBLIC_KEY | WECHATPAY_API_V3_KEY=",
        "ORDERS_FILTER_VALUES | ORDERS_FILTER_COLUMN=channel",
        "ORDERS_FILTER_COLUMN | ORDERS_FILTER_VALUES=wechat",
        "ORDERS_STATUS_COLUMN | ORDERS_FILTER_COLUMN=status ORDERS_FILTER_VALUES=a",
        "ORDERS_STATUS_COLUMN | ORDERS_STATUS_COLUMN=out_trade_no",
        "WECHATPAY_SUB_MCHID | WECHATPAY_SUB_MCHID=1 ORDERS_SUB_MCHID_COLUMN=sub",
        "DATABASE_USER | DATABASE_URL=postgres://a:b@db/shop DATABASE_USER=c",
        "DATABASE_PASSWORD | DATABASE_URL=postgres://a:b@db/shop DATABASE_PASSWORD=c",
      })
  void contradictionsAreFaults(String named, String assignments) {
    assertThat(problems(with(assignments.split("[= ]", -1))))
        .hasSize(1)
        .first()
        .asString()
        .contains(named);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "CLOSE_DELAY=5m SWEEP_INTERVAL=300s",
        "RETRY_FIRST_DELAY=30m",
        "PAUSE_FIRST_DELAY=30m",
        "WECHATPAY_TIMEOUT=20s CLAIM_LEASE=90s",
        "ORDERS_FILTER_COLUMN=sub_mchid ORDERS_FILTER_VALUES=1900000109",
        "DATABASE_URL=postgres://a:b@db/shop DATABASE_USER=a DATABASE_PASSWORD=b",
      })
  void whatJustFitsIsRight(String assignments) {
    assertThat(problems(with(assignments.split("[= ]", -1)))).isEmpty();
  }

  @Test
  void userAndPasswordOfTheUrlAreTakenOutOfIt() {
    Settings.Database database =
        settings(with("DATABASE_URL", "postgres://cl%40ser:p%2Fw%3A+@db/shop?sslmode=require"))
            .database();

    assertThat(database.jdbcUrl().reveal()).isEqualTo("jdbc:postgresql://db/shop?sslmode=require");
    assertThat(database.user()).contains("cl@ser");
    assertThat(database.password().map(Secret::reveal)).contains("p/w:+");
    assertThat(database.shownUrl()).isEqualTo("jdbc:postgresql://db/shop");
  }

  @Test
  void emptyBackupUrlMeansNone() {
    assertThat(settings(with("WECHATPAY_BACKUP_BASE_URL", "")).wechatPay().backupBaseUrl())
        .isEmpty();
  }

  @Test
  void standInIsNotBackedUpByTheOfficialHost() {
    assertThat(settings(with("WECHATPAY_BASE_URL", "http://sandbox:1")).wechatPay().backupBaseUrl())
        .isEmpty();
    assertThat(
            settings(with("WECHATPAY_BASE_URL", "https://API.mch.weixin.qq.com/"))
                .wechatPay()
                .backupBaseUrl())
        .contains(URI.create("https://api2.mch.weixin.qq.com"));
  }

  @Test
  void offsetBecomesARegionThatPostgresqlReadsTheSameWay() {
    assertThat(settings(with("ORDERS_TIME_ZONE", "+08:00")).orders().timeZone())
        .isEqualTo(ZoneId.of("Etc/GMT-8"));
    assertThat(settings(with("ORDERS_TIME_ZONE", "-03:00")).orders().timeZone())
        .isEqualTo(ZoneId.of("Etc/GMT+3"));
    assertThat(settings(with("ORDERS_TIME_ZONE", "Z")).orders().timeZone())
        .isEqualTo(ZoneId.of("UTC"));
  }

  @Test
  void instanceWithoutHostNameStillHasAnIdentifier() {
    Map<String, String> environment = Example.least();
    environment.remove("HOSTNAME");

    assertThat(settings(environment).service().instanceId()).isNotBlank();
  }

  @Test
  void databaseAndHealthAreReadWithoutTheRest() {
    assertThat(Settings.readDatabase(Map.of("DATABASE_URL", "postgres://u:p@db/shop")))
        .isInstanceOfSatisfying(
            Reading.Valid.class,
            valid -> assertThat(valid.settings()).extracting("user").isEqualTo(Optional.of("u")));
    assertThat(Settings.readDatabase(Map.of())).isInstanceOf(Reading.Invalid.class);
    assertThat(Settings.readHealth(Map.of("HEALTH_FILE", "/tmp/h")))
        .isInstanceOf(Reading.Valid.class);
    assertThat(Settings.readHealth(Map.of("SWEEP_INTERVAL", "0s")))
        .isInstanceOf(Reading.Invalid.class);
  }

  @Test
  void shownSettingsHoldWhatMattersAndNoSecret() {
    Settings settings =
        settings(
            with(
                "DATABASE_URL",
                "postgres://closer:SECRETPASS@db/shop?sslpassword=SECRETSSL",
                "ORDERS_FILTER_COLUMN",
                "channel",
                "ORDERS_FILTER_VALUES",
                "wechat"));

    assertThat(settings.shown())
        .containsEntry("sp_mchid", "1900000001")
        .containsEntry("instance_id", "host-7")
        .containsEntry("database", "jdbc:postgresql://db/shop")
        .containsEntry("close_delay", "15m")
        .containsEntry("close_rate", 50)
        .containsEntry("filter_values", List.of("wechat"))
        .containsEntry("verifies_with", List.of("platform certificates"));
    assertThat(settings.shown() + " " + settings)
        .doesNotContain("SECRETPASS", "SECRETSSL", "PRIVATEKEYBODY", Example.API_V3_KEY)
        .doesNotContain(Example.KEYS.getPrivate().toString());
  }

  @Test
  void shortHistoryIsWarnedAbout() {
    assertThat(Example.read(with("HISTORY_RETENTION", "90s")).warnings())
        .containsExactly("HISTORY_RETENTION: history is gone after 90s");
  }

  @Test
  void longAndControlCharactersInAValueAreCut() {
    String problem = problems(with("CLOSE_RATE", "1\u001b[2J\n" + "x".repeat(500))).getFirst();

    assertThat(problem).startsWith("CLOSE_RATE='1\\u001b[2J\\nxx").hasSizeLessThan(200);
  }
}
