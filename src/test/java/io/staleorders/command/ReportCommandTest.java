package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code report} over rows that are known. */
class ReportCommandTest {
  private final Installation site = Installation.open();
  private final Shop shop = site.shop();

  @AfterEach
  void close() {
    site.close();
  }

  private Ran report(String... args) {
    return Commands.run(
        site.settings(),
        Stream.concat(Stream.of("report"), Stream.of(args)).toArray(String[]::new));
  }

  /** Orders resolved an hour ago, of which the n-th was called about n seconds after it was due. */
  private void closed(int orders) {
    shop.execute(
        "INSERT INTO order_closer.order_close (out_trade_no, sp_mchid, sub_mchid, order_created_at,"
            + " state, attempts, answered, first_attempt_at, resolved_at)"
            + " SELECT 'ORDER-' || n, '1230000109', ?, now() - interval '2 hours', 'CLOSED', 1, 1,"
            + "        now() - interval '105 minutes' + n * interval '1 second',"
            + "        now() - interval '1 hour'"
            + " FROM generate_series(1, ?) AS n",
        Shop.SUB_MCHID,
        orders);
    shop.execute(
        "INSERT INTO order_closer.close_attempt (id, out_trade_no, attempt, operation, started_at,"
            + " duration_ms, host, http_status, verified, instance_id)"
            + " SELECT gen_random_uuid(), c.out_trade_no, 1, operation,"
            + "        c.first_attempt_at + wait * interval '1 second', 20, 'h', 204, true, 'test'"
            + " FROM order_closer.order_close c,"
            + "      (VALUES ('close', 0), ('query', 30)) AS call (operation, wait)");
  }

  private void resolved(String outTradeNo, String state, String reason, String age) {
    shop.execute(
        "INSERT INTO order_closer.order_close (out_trade_no, sp_mchid, sub_mchid, order_created_at,"
            + " state, reason, trade_state, resolved_at)"
            + " VALUES (?, '1230000109', ?, now() - interval '9 days', ?, nullif(?, ''),"
            + "         CASE ? WHEN 'PAID' THEN 'SUCCESS' END, now() - CAST(? AS interval))",
        outTradeNo,
        Shop.SUB_MCHID,
        state,
        reason,
        state,
        age);
  }

  @Test
  void percentilesAreThoseOfTheFirstCalls() {
    closed(200);

    JsonNode lag = report("--json").json().path("lag_seconds");

    assertThat(lag.path("orders").asInt()).isEqualTo(200);
    assertThat(lag.path("p50").asDouble()).isEqualTo(100.0);
    assertThat(lag.path("p90").asDouble()).isEqualTo(180.0);
    assertThat(lag.path("p99").asDouble()).isEqualTo(198.0);
  }

  @Test
  void jsonSaysWhatTheRowsSay() {
    closed(5);
    resolved("PAID-1", "PAID", "", "2 hours");
    resolved("PAID-2", "PAID", "", "2 hours");
    resolved("PAID-OLD", "PAID", "", "30 hours");
    resolved("GONE-1", "ABANDONED", "EXHAUSTED", "3 days");
    resolved("GONE-2", "ABANDONED", "EXHAUSTED", "1 hour");
    resolved("GONE-3", "ABANDONED", "NEEDS_REVERSE", "1 hour");
    shop.order("PAID-1", Duration.ofHours(3));
    shop.order("PAID-2", Duration.ofHours(3), Shop.SUB_MCHID, "PAID");
    shop.order("YOUNGER-1", Duration.ofMinutes(1));
    shop.execute(
        "INSERT INTO order_closer.order_close (out_trade_no, sp_mchid, sub_mchid, order_created_at,"
            + " state, attempts, next_attempt_at) VALUES"
            + " ('DUE-1', '1', '2', now() - interval '20 minutes', 'DUE', 0, now()),"
            + " ('RETRY-1', '1', '2', now() - interval '30 minutes', 'RETRY', 1, now()),"
            + " ('RETRY-2', '1', '2', now() - interval '25 minutes', 'RETRY', 2, now())");
    shop.execute(
        "INSERT INTO order_closer.pause VALUES"
            + " ('1900000125', 'NO_AUTH', 'no', '2026-03-01T11:00:00Z', '2026-03-01T12:00:00Z', 3)");

    JsonNode report = report("--json").json();

    assertThat(report.path("outcomes").toString())
        .isEqualTo("{\"ABANDONED\":2,\"CLOSED\":5,\"PAID\":2}");
    assertThat(report.path("abandoned").toString())
        .isEqualTo("{\"EXHAUSTED\":2,\"NEEDS_REVERSE\":1}");
    assertThat(report.path("open").path("due").asInt()).isEqualTo(1);
    assertThat(report.path("open").path("retrying").asInt()).isEqualTo(2);
    assertThat(report.path("open").path("oldest_due_seconds").asInt()).isBetween(900, 960);
    assertThat(report.path("paid_unpaid_here").toString()).isEqualTo("[\"PAID-OLD\",\"PAID-1\"]");
    assertThat(Instant.parse(report.path("oldest_unpaid").asText()))
        .isEqualTo(
            Instant.parse(
                shop.text(
                        "SELECT to_json(created_at)#>>'{}' FROM orders WHERE out_trade_no = 'PAID-1'")
                    .replaceFirst("([+-]..):?(..)?$", "$1:00")));
    assertThat(report.path("pauses").toString())
        .isEqualTo(
            "[{\"scope\":\"1900000125\",\"code\":\"NO_AUTH\",\"since\":\"2026-03-01T11:00:00Z\","
                + "\"until\":\"2026-03-01T12:00:00Z\",\"failures\":3}]");
  }

  @Test
  void sinceReachesSoFarBackAndNoFarther() {
    resolved("ORDER-1", "CLOSED", "", "30 minutes");
    resolved("ORDER-2", "CLOSED", "", "2 hours");
    resolved("ORDER-3", "CLOSED", "", "2 days");

    assertThat(report("--json", "--since", "1h").json().path("outcomes").path("CLOSED").asInt())
        .isEqualTo(1);
    assertThat(report("--json").json().path("outcomes").path("CLOSED").asInt()).isEqualTo(2);
    assertThat(report("--json", "--since=7d").json().path("outcomes").path("CLOSED").asInt())
        .isEqualTo(3);
  }

  @Test
  void jsonIsAloneOnStandardOutput() {
    site.set("CLOSE_DELAYS", "a misspelt setting, warned about elsewhere");

    JsonNode report = report("--json").json();

    assertThat(report.path("outcomes").isEmpty()).isTrue();
    assertThat(report.has("oldest_unpaid")).isTrue();
    assertThat(report.path("oldest_unpaid").isNull()).isTrue();
  }

  @Test
  void tableForPeople() {
    closed(10);
    resolved("GONE-1", "ABANDONED", "EXHAUSTED", "1 hour");

    assertThat(report().out())
        .startsWith("Resolved in the last 1d\n")
        .containsPattern("CLOSED +10\n")
        .containsPattern(
            "first call after due, seconds +p50 5.0  p90 9.0  p99 10.0  \\(10 orders\\)")
        .containsPattern("EXHAUSTED +1\n")
        .contains("Pauses\n  none\n");
  }

  @Test
  void readsTheDatabaseAlone() {
    site.set("WECHATPAY_API_V3_KEY", site.sandbox().keys().apiV3Key());
    shop.order("ORDER-1", Duration.ofHours(1));

    assertThat(report().exitCode()).isZero();

    assertThat(site.sandbox().requests()).isEmpty();
    assertThat(shop.states()).isEmpty();
  }

  @Test
  void makesNoSchema() {
    shop.execute("DROP SCHEMA order_closer CASCADE");

    Ran ran = report();

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.log("settings_invalid").getFirst().path("problems").path(0).asText())
        .contains("run the command migrate");
    assertThat(shop.text("SELECT to_regnamespace('order_closer') IS NULL")).isEqualTo("t");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "yesterday",
        "",
        "-1h",
        "3651d",
        "999999999d",
        "999999999999d",
        "PT9223372036854775807S",
        "P999999999D"
      })
  void wrongDurationIsRefused(String since) {
    Ran ran = report("--since=" + since);

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out())
        .contains(
            "must be a duration of at most 3650d, written 500ms, 90s, 15m, 12h, 7d or as ISO-8601");
  }

  @ParameterizedTest
  @ValueSource(strings = {"3650d", "100ms", "0s"})
  void longestAndShortestDurationsAreTaken(String since) {
    Ran ran = report("--since", since);

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).startsWith("Resolved in the last " + since);
  }

  @Test
  void databaseAwayIsAFailure() {
    site.set("DATABASE_URL", "jdbc:postgresql://localhost:1/shop");

    assertThat(report("--json").exitCode()).isEqualTo(1);
  }

  @Test
  void whatNobodyForesawIsOneLineUnlessDebugging() {
    shop.execute("DROP TABLE order_closer.pause");

    Ran ran = report();
    site.set("LOG_LEVEL", "DEBUG");
    Ran debugging = report();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.lines())
        .singleElement()
        .asString()
        .contains("report failed")
        .contains("order_closer.pause")
        .doesNotContain("stack_trace");
    assertThat(debugging.out()).contains("stack_trace").contains("ReportStore");
  }
}
