package io.staleorders.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;

@Fast
class AnyEnvironmentTest {

  @Property(tries = 500)
  void noEnvironmentBreaksTheReader(@ForAll("environments") Map<String, String> environment) {
    assertThatCode(() -> Example.read(environment)).doesNotThrowAnyException();
    assertThatCode(() -> Settings.readDatabase(environment)).doesNotThrowAnyException();
    assertThatCode(() -> Settings.readHealth(environment)).doesNotThrowAnyException();
    assertThatCode(() -> Logs.of(environment)).doesNotThrowAnyException();
  }

  @Property(tries = 500)
  void whateverIsReadFitsOnOneLine(@ForAll("environments") Map<String, String> environment) {
    Reading<Settings> reading = Example.read(environment);

    assertThat(reading.warnings()).noneMatch(AnyEnvironmentTest::breaksLine);
    assertThat(Example.problems(environment))
        .noneMatch(AnyEnvironmentTest::breaksLine)
        .noneMatch(problem -> problem.length() > 2000);
  }

  @Property(tries = 500)
  void durationsAreReadAsTheyAreShown(@ForAll("environments") Map<String, String> environment) {
    for (String text : environment.values()) {
      Durations.read(text.strip())
          .filter(d -> d.compareTo(Duration.ofDays(3650)) <= 0)
          .ifPresent(d -> assertThat(Durations.read(Durations.text(d))).contains(d));
    }
  }

  @Property(tries = 500)
  void shownDurationsAreReadAsTheSame(
      @ForAll @LongRange(min = 0, max = 3650L * 86_400_000) long millis) {
    Duration duration = Duration.ofMillis(millis);

    assertThat(Durations.read(Durations.text(duration))).contains(duration);
    assertThat(Durations.text(duration)).matches("[0-9]+(ms|[smhd])");
  }

  private static boolean breaksLine(String text) {
    return text.codePoints().anyMatch(c -> Character.isISOControl(c) || c == 0x2028);
  }

  @Provide
  Arbitrary<Map<String, String>> environments() {
    List<String> known =
        Settings.VARIABLES.stream()
            .flatMap(v -> java.util.stream.Stream.of(v.name(), v.name() + "_FILE"))
            .toList();
    Arbitrary<String> names =
        Arbitraries.oneOf(
            Arbitraries.of(known),
            Arbitraries.strings().ofMaxLength(20),
            Arbitraries.of("HOSTNAME"));
    Arbitrary<String> values =
        Arbitraries.oneOf(
            Arbitraries.strings().ofMaxLength(200),
            Arbitraries.of(
                "",
                " ",
                "0",
                "-1",
                "1",
                "9223372036854775808",
                "999999999d",
                "PT-1S",
                "P1D",
                "PT9223372036854775807S",
                "-PT0.000000001S",
                "true",
                "http://[",
                "http://%zz",
                "postgres://%zz:@h/d",
                "postgres://@h/d?&=&a",
                "jdbc:postgresql://h/d?user=%",
                "a.b",
                ".",
                ",",
                "+99:99",
                "/",
                "/dev/null",
                Example.PRIVATE_PEM,
                "jdbc:postgresql://db/shop",
                Example.API_V3_KEY),
            Arbitraries.strings().withChars("0123456789smhdPTYMWD.-+").ofMaxLength(25));
    return Arbitraries.maps(names, values).ofMaxSize(30);
  }
}
