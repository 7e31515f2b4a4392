package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all commands have in common. */
class MainTest {
  private static Ran run(Map<String, String> settings, String... args) {
    return Commands.run(settings, args);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"run", "once", "check", "close", "report", "migrate", "health", "sandbox"})
  void helpReadsWell(String command) {
    Ran ran = run(Map.of(), command, "--help");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).startsWith("Usage: stale-order-closer " + command);
    assertThat(ran.lines()).allMatch(line -> line.length() <= 110);
    assertThat(run(Map.of(), "--help").out()).containsPattern("\n +" + command + " ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "once", "check", "close", "report", "migrate", "health"})
  void helpSaysWhatTheExitCodesMean(String command) {
    assertThat(run(Map.of(), command, "--help").out()).contains("Exit codes: 0 ").contains(" 2 ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"clsoe", "--dry-run", "once --dryrun", "report --since", "check now"})
  void wrongArgumentsAreExplainedOnStandardOutput(String args) {
    Ran ran = run(Map.of(), args.split(" ", -1));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.lines().getFirst())
        .matches("(Unknown|Unmatched|Missing) .*")
        .doesNotContain("Exception");
  }

  @Test
  void versionIsShown() {
    assertThat(run(Map.of(), "--version").out()).startsWith("stale-order-closer ");
    assertThat(run(Map.of(), "once", "--version").out()).startsWith("stale-order-closer ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "once", "close X", "report"})
  void settingsThatAreMissingAreAllNamed(String args) {
    Ran ran = run(Map.of(), args.split(" ", -1));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.log("settings_invalid").getFirst().path("problems").toString())
        .contains("DATABASE_URL", "WECHATPAY_SP_MCHID", "WECHATPAY_PRIVATE_KEY");
  }

  @Test
  void forPeopleEachProblemIsALine() {
    Ran ran = run(Map.of("LOG_FORMAT", "text"), "run");

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.lines())
        .hasSizeGreaterThan(3)
        .allMatch(line -> line.contains("settings_invalid"));
  }

  @Test
  void serviceRefusesATableThatIsNotAsTheSettingsSay() {
    try (Installation site = Installation.open()) {
      site.set("ORDERS_CLOSED_STATUS", "x".repeat(17)).set("ORDERS_TABLE", "trades");
      site.shop().order("ORDER-1", Duration.ofHours(1));

      Ran ran = run(site.settings(), "run");

      assertThat(ran.exitCode()).isEqualTo(2);
      assertThat(ran.log("settings_invalid")).hasSize(1);
      assertThat(site.sandbox().requests()).isEmpty();
      assertThat(site.shop().states()).isEmpty();
    }
  }
}
