package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.staleorders.testkit.Acceptance;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.ServiceProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The service as a process of its own, under locales that are not the developer's. */
@Acceptance
class LocaleTest {
  /** UTF-8 bytes whatever the locale of this process; as GBK they are characters too. */
  private static final String CLOSED_IN_CHINESE =
      "ORDERS_CLOSED_STATUS=$(printf '\\345\\267\\262\\345\\205\\263')";

  private final Installation site = Installation.open();
  private final List<String> printed = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    site.close();
  }

  /** Runs a command to its end; what it printed is in {@link #printed}. */
  private int run(
      Map<String, String> locale, String assignments, List<String> options, String command)
      throws InterruptedException {
    Map<String, String> settings = new HashMap<>(site.settings());
    settings.putAll(Map.of("LC_ALL", "", "LC_CTYPE", "", "LANG", ""));
    settings.putAll(locale);
    List<String> shell =
        assignments.isEmpty()
            ? List.of()
            : List.of("sh", "-c", "export \"" + assignments + "\"; exec \"$@\"", "sh");
    try (ServiceProcess process =
        ServiceProcess.startBy(shell, settings, options, command, printed::add)) {
      assertThat(process.isRunningAfter(Duration.ofSeconds(90))).isFalse();
      process.stop();
      return process.exitCode();
    }
  }

  private List<JsonNode> log() throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : List.copyOf(printed)) {
      if (line.startsWith("{")) {
        lines.add(new ObjectMapper().readTree(line));
      }
    }
    return lines;
  }

  @ParameterizedTest
  @CsvSource({
    "LANG, '', -Dx=y",
    "LC_ALL, zh_CN.GBK, -Dsun.jnu.encoding=GBK",
  })
  void valueThatTheLocaleGarblesIsAFault(String name, String locale, String option)
      throws Exception {
    assertThat(run(Map.of(name, locale), CLOSED_IN_CHINESE, List.of(option), "once")).isEqualTo(2);

    assertThat(log()).hasSize(1);
    assertThat(log().getFirst().path("problems"))
        .hasSize(1)
        .first()
        .extracting(JsonNode::asText)
        .asString()
        .contains("ORDERS_CLOSED_STATUS", "LANG=C.UTF-8");
  }

  @Test
  void argumentThatTheLocaleGarblesIsAFault() throws Exception {
    assertThat(run(Map.of(), "", List.of("-Dsun.jnu.encoding=GBK"), "close ORDER-é")).isEqualTo(2);

    assertThat(printed).singleElement().asString().contains("LANG=C.UTF-8");
  }

  @Test
  void inAUtf8LocaleChineseIsWrittenAsItIs() throws Exception {
    site.shop().order("ORDER-1", Duration.ofHours(1));

    assertThat(run(Map.of("LC_ALL", "C.UTF-8"), CLOSED_IN_CHINESE, List.of(), "once")).isZero();

    assertThat(site.shop().status("ORDER-1")).isEqualTo("已关");
  }

  @Test
  void outputIsUtf8WhateverTheLocale() throws Exception {
    assertThat(run(Map.of("LC_ALL", "C"), "", List.of(), "migrate --help")).isZero();

    assertThat(printed).anyMatch(line -> line.contains("DATABASE_…"));
  }

  @Test
  void logIsUtf8WhateverTheLocale() throws Exception {
    site.set("CLAIM_LEASE", "20s");

    assertThat(run(Map.of("LC_ALL", "POSIX"), "", List.of(), "once")).isEqualTo(2);

    assertThat(log().getFirst().path("problems").toString()).contains("4 × WECHATPAY_TIMEOUT");
  }

  @Test
  void digitsAndCalendarsOfALocaleReachNoMachine() throws Exception {
    site.shop().order("ORDER-1", Duration.ofHours(1));
    List<String> persian =
        List.of("-Duser.language=fa", "-Duser.country=IR", "-Duser.extensions=u-ca-buddhist");

    assertThat(run(Map.of("LC_ALL", "C.UTF-8"), "", persian, "once")).isZero();

    assertThat(site.shop().status("ORDER-1")).isEqualTo("CLOSED");
    assertThat(String.join("\n", printed)).matches("\\p{ASCII}+");
    assertThat(log())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(line.path("timestamp").asText()).matches("2[0-9]{3}-.*Z"));
  }
}
