package io.staleorders.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.staleorders.order.Event;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.testkit.Fast;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.event.Level;

@Fast
class LogLinesTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Logs JSON = new Logs(LogFormat.JSON, Level.INFO);
  private static final Logs JSON_DEBUG = new Logs(LogFormat.JSON, Level.DEBUG);
  private static final Logs TEXT = new Logs(LogFormat.TEXT, Level.INFO);
  private static final Logs TEXT_DEBUG = new Logs(LogFormat.TEXT, Level.DEBUG);

  @Test
  void eventIsOneObjectWithTypedFields() {
    JsonNode line =
        json(
            JSON,
            log ->
                Event.ORDER_CLOSED
                    .on(log)
                    .addKeyValue("out_trade_no", new OutTradeNo("DEMO-0001"))
                    .addKeyValue("sub_mchid", new MerchantId("1900000109"))
                    .addKeyValue("attempt", 2)
                    .addKeyValue("age_seconds", 901L)
                    .addKeyValue("rate", 12.5)
                    .addKeyValue("ratio", new BigDecimal("0.25"))
                    .addKeyValue("confirmed", true)
                    .addKeyValue("next_attempt_at", Instant.parse("2026-01-02T03:04:05.678Z"))
                    .addKeyValue("wait", Duration.ofMinutes(15))
                    .addKeyValue("code", Optional.empty())
                    .addKeyValue("request_id", Optional.of("08F7"))
                    .addKeyValue("nothing", (Object) null)
                    .addKeyValue("problems", List.of("a", 1))
                    .addKeyValue("settings", Map.of("close_rate", 50))
                    .log("closed, 支付 \"{}\"", "now"));

    assertThat(line.get("timestamp").asText())
        .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    ((com.fasterxml.jackson.databind.node.ObjectNode) line).remove("timestamp");
    assertThat(line)
        .isEqualTo(
            parsed(
                """
                {"level":"INFO","event":"order_closed","message":"closed, 支付 \\"now\\"",
                 "out_trade_no":"DEMO-0001","sub_mchid":"1900000109","attempt":2,
                 "age_seconds":901,"rate":12.5,"ratio":0.25,"confirmed":true,
                 "next_attempt_at":"2026-01-02T03:04:05.678Z","wait":"PT15M","code":null,
                 "request_id":"08F7","nothing":null,"problems":["a",1],
                 "settings":{"close_rate":50}}
                """));
  }

  @Test
  void levelIsTheEvents() {
    assertThat(json(JSON, log -> Event.ORDER_ABANDONED.on(log).log("m")).get("level").asText())
        .isEqualTo("ERROR");
  }

  @Test
  void lineWithoutAnEventStillHasTheField() {
    assertThat(json(JSON, log -> log.warn("m")).get("event").asText()).isEqualTo("other");
  }

  @Test
  void fieldNeverHidesAFixedOne() {
    JsonNode line =
        json(
            JSON,
            log ->
                log.atInfo()
                    .addKeyValue("message", "inner")
                    .addKeyValue("twice", 1)
                    .addKeyValue("twice", 2)
                    .log("outer"));

    assertThat(line.get("message").asText()).isEqualTo("outer");
    assertThat(line.get("message_").asText()).isEqualTo("inner");
    assertThat(line.get("twice_").asInt()).isEqualTo(2);
  }

  @Test
  void failureIsShortAtInfo() {
    JsonNode line = json(JSON, log -> log.error("m", failure()));

    assertThat(line.get("error").asText())
        .isEqualTo(
            "java.lang.IllegalStateException: no answer; caused by java.io.IOException: closed\nby"
                + " peer");
    assertThat(line.has("stack_trace")).isFalse();
    assertThat(line.has("logger")).isFalse();
    assertThat(line.has("thread")).isFalse();
  }

  @Test
  void failureIsWholeAtDebug() {
    JsonNode line = json(JSON_DEBUG, log -> log.error("m", failure()));

    assertThat(line.get("stack_trace").asText()).contains("\tat ", "LogLinesTest.failure");
    assertThat(line.get("logger").asText()).isEqualTo("io.staleorders.Somewhere");
    assertThat(line.get("thread").asText()).isEqualTo(Thread.currentThread().getName());
  }

  @Test
  void textIsForPeople() {
    List<String> lines =
        CapturedLog.lines(
            TEXT,
            log -> {
              Event.ORDER_CLOSED
                  .on(log)
                  .addKeyValue("out_trade_no", "DEMO-0001")
                  .addKeyValue("code", Optional.empty())
                  .addKeyValue("reason", "two words")
                  .addKeyValue("empty", "")
                  .log("DEMO-0001 closed");
              Event.ORDER_PAID.on(log).log("paid");
            });

    assertThat(lines.get(0))
        .matches(
            "\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  order_closed          DEMO-0001 closed"
                + "  out_trade_no=DEMO-0001 reason=\"two words\" empty=\"\"");
    assertThat(lines.get(1)).matches(".{12} WARN  order_paid            paid");
  }

  @Test
  void nothingFromElsewhereBreaksALineOfText() {
    assertThat(
            CapturedLog.lines(
                TEXT,
                log ->
                    log.atInfo()
                        .addKeyValue("k\n", "v\r\n\u001b[31m\u2028\u202e")
                        .setCause(failure())
                        .log("one\ntwo\ttab")))
        .hasSize(1)
        .first()
        .asString()
        .contains("one\\ntwo\\ttab", "k\\n=v\\r\\n\\u001b[31m\\u2028\\u202e", "closed\\nby peer");
  }

  @Test
  void stackTraceInTextIsIndentedSoThatNoLineOfItLooksLikeAnEvent() {
    List<String> lines = CapturedLog.lines(TEXT_DEBUG, log -> log.error("m", failure()));

    assertThat(lines).hasSizeGreaterThan(5);
    assertThat(lines.subList(1, lines.size())).allMatch(line -> line.startsWith("    "));
  }

  @Property(tries = 300)
  void anyTextIsReadBackFromJsonAsOneLine(@ForAll String text, @ForAll String key) {
    String printed =
        CapturedLog.text(JSON, log -> log.atWarn().addKeyValue(key, text).log("{}", text));

    assertThat(printed.indexOf('\n')).isEqualTo(printed.length() - 1);
    assertThat(parsed(printed).isObject()).isTrue();
  }

  @Property(tries = 300)
  void anyTextIsOneLineOfText(@ForAll String text, @ForAll String key) {
    assertThat(CapturedLog.lines(TEXT, log -> log.atWarn().addKeyValue(key, text).log(text)))
        .hasSize(1);
  }

  @Test
  void secretsAreFilteredWhereverTheyStand() {
    String pem = "-----BEGIN RSA PRIVATE KEY-----\nSECRETKEY\n-----END RSA PRIVATE KEY-----";
    String header =
        "WECHATPAY2-SHA256-RSA2048 mchid=\"1\",nonce_str=\"SECRETNONCE\",signature=\"SECRETSIGN\"";
    List<String> leaks =
        List.of(
            pem,
            "-----BEGIN PRIVATE KEY-----SECRETKEY",
            header,
            "Authorization: SECRETSIGN",
            "headers {\"authorization\": \"SECRETSIGN\"}",
            "jdbc:postgresql://db/shop?user=u&password=SECRETPASS&ssl=true",
            "postgres://u:SECRETPASS@db/shop",
            "sslpassword = SECRETPASS",
            "{\"password\": \"SECRETPASS\"}",
            "apiV3Key=SECRETKEY");
    for (Logs logs : List.of(JSON, JSON_DEBUG, TEXT, TEXT_DEBUG)) {
      for (String leak : leaks) {
        assertThat(
                CapturedLog.text(
                    logs,
                    log ->
                        log.atError()
                            .addKeyValue("field", leak)
                            .addKeyValue("list", List.of(leak))
                            .addKeyValue("map", Map.of("inner", leak))
                            .addKeyValue("db_password", "SECRETPASS")
                            .addKeyValue("secret", new Secret("SECRETKEY"))
                            .addKeyValue("optional", Optional.of(new Secret("SECRETKEY")))
                            .setCause(new IllegalStateException(leak, new IOException(leak)))
                            .log("before {} after", leak)))
            .contains("before ")
            .doesNotContain("SECRET");
      }
    }
  }

  @Test
  void filterLeavesOrdinaryTextAlone() {
    String text = "the password was changed at https://example.com/a@b by WECHATPAY2, signature ok";

    assertThat(SecretFilter.mask(text)).isEqualTo(text);
  }

  @Test
  void wrongSettingsAreOneEventInJson() {
    JsonNode line = json(JSON, log -> invalid().log(log, LogFormat.JSON));

    assertThat(line.get("event").asText()).isEqualTo("settings_invalid");
    assertThat(line.get("level").asText()).isEqualTo("ERROR");
    assertThat(
            StreamSupport.stream(line.get("problems").spliterator(), false).map(JsonNode::asText))
        .hasSizeGreaterThan(4)
        .containsExactlyElementsOf(invalid().problems());
  }

  @Test
  void wrongSettingsAreALineAProblemInText() {
    assertThat(CapturedLog.lines(TEXT, log -> invalid().log(log, LogFormat.TEXT)))
        .hasSameSizeAs(invalid().problems())
        .allMatch(line -> line.contains(" ERROR settings_invalid "));
  }

  private static Reading.Invalid<Settings> invalid() {
    return (Reading.Invalid<Settings>)
        Example.read(
            Map.of(
                "CLOSE_RATE", "0",
                "WECHATPAY_API_V3_KEY", "short",
                "DATABASE_PASSWORD", "one",
                "DATABASE_PASSWORD_FILE", "/one"));
  }

  private static IllegalStateException failure() {
    return new IllegalStateException("no answer", new IOException("closed\nby peer"));
  }

  private static JsonNode json(Logs logs, CapturedLog.Action logging) {
    List<String> lines = CapturedLog.lines(logs, logging);
    assertThat(lines).hasSize(1);
    return parsed(lines.getFirst());
  }

  private static JsonNode parsed(String line) {
    try {
      return MAPPER.readTree(line);
    } catch (JsonProcessingException notJson) {
      throw new AssertionError(line, notJson);
    }
  }

  @Test
  void levelHoldsForOursAndLibrariesAreHeldToWarnings() {
    assertThat(CapturedLog.lines(new Logs(LogFormat.JSON, Level.WARN), LogLinesTest::allLevels))
        .hasSize(2);
    assertThat(CapturedLog.lines(JSON_DEBUG, LogLinesTest::allLevels)).hasSize(4);
  }

  private static void allLevels(Logger log) {
    log.debug("debug");
    log.info("info");
    log.warn("warn");
    log.error("error");
  }
}
