package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.config.Settings;
import io.staleorders.config.Variable;
import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Event;
import io.staleorders.testkit.Fast;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.event.Level;

/** Both READMEs list what the code has: settings, defaults, commands, states, reasons, events. */
@Fast
class ReadmeTest {
  private static final Pattern ROW = Pattern.compile("(?m)^\\| (.*) \\|$");
  private static final Pattern COMMAND_OF_ROW = Pattern.compile("`([a-z]+)");

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md"})
  void settingsAndDefaultsAreThoseOfTheCode(String readme) throws IOException {
    List<String[]> rows =
        cells(readme)
            .dropWhile(row -> !row[0].equals("`DATABASE_URL`"))
            .takeWhile(row -> row.length == 3)
            .toList();

    assertThat(rows)
        .extracting(row -> row[0])
        .containsExactlyElementsOf(
            Settings.VARIABLES.stream()
                .map(variable -> "`" + variable.name() + "`" + (variable.secret() ? " †" : ""))
                .toList());
    Map<String, String> defaults =
        Map.copyOf(
            rows.stream()
                .collect(Collectors.toMap(row -> row[0].replaceAll("[` †]", ""), row -> row[1])));
    for (Variable<?> variable : Settings.VARIABLES) {
      String shown = defaults.getOrDefault(variable.name(), "");
      switch (variable.need()) {
        case Variable.Need.Default given ->
            assertThat(shown).as(variable.name()).isEqualTo("`" + given.text() + "`");
        case Variable.Need.Required required ->
            assertThat(shown).as(variable.name()).isIn("required", "必填");
        case Variable.Need.Unset unset -> assertThat(shown).doesNotContain("`");
        case Variable.Need.Derived derived -> assertThat(shown).isNotBlank();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md"})
  void commandsAreThoseOfTheProgram(String readme) throws IOException {
    List<String> documented =
        cells(readme)
            .map(row -> COMMAND_OF_ROW.matcher(row[0]))
            .filter(matcher -> matcher.lookingAt())
            .map(matcher -> matcher.group(1))
            .toList();
    String help = Commands.run(Map.of(), "--help").out();
    List<String> offered =
        help.substring(help.indexOf("Commands:"))
            .lines()
            .filter(line -> line.matches("  [a-z]+ .*"))
            .map(line -> line.strip().split(" ", 2)[0])
            .filter(command -> !command.equals("help"))
            .toList();

    assertThat(documented).containsExactlyInAnyOrderElementsOf(offered);
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md"})
  void statesAreThoseOfTheDatabase(String readme) throws IOException {
    String schema = Files.readString(Path.of("db", "migration", "V001__order_closer.sql"));
    String constraint = schema.substring(schema.indexOf("CHECK (state IN"));
    List<String> states = words("'([A-Z_]+)'", constraint.substring(0, constraint.indexOf("))")));

    List<String> documented =
        cells(readme)
            .filter(row -> row[0].matches("(`[A-Z_]+`[, 、]*)+") && row.length == 3)
            .flatMap(row -> words("`([A-Z_]+)`", row[0]).stream())
            .filter(states::contains)
            .toList();

    assertThat(states).hasSize(8);
    assertThat(documented).containsExactlyInAnyOrderElementsOf(states);
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md"})
  void reasonsOfAbandonmentAreThoseOfTheCode(String readme) throws IOException {
    assertThat(cells(readme).filter(row -> row[0].startsWith("…")).map(row -> row[0]))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(AbandonReason.values()).map(reason -> "… `" + reason + "`").toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"README.md", "README.zh-CN.md"})
  void errorsToAlertOnAreThoseOfTheCode(String readme) throws IOException {
    List<String> errors =
        Arrays.stream(Event.values())
            .filter(event -> event.level() == Level.ERROR)
            .map(Event::text)
            .toList();
    String alerts =
        read(readme)
            .lines()
            .filter(line -> line.contains("ERROR") && line.contains("`settings_invalid`"))
            .findFirst()
            .orElse("");

    assertThat(words("`([a-z_]+)`", alerts)).containsAll(errors);
  }

  @Test
  void bothLinkToEachOtherAtTheTop() throws IOException {
    assertThat(read("README.md").lines().findFirst().orElse("")).contains("(README.zh-CN.md)");
    assertThat(read("README.zh-CN.md").lines().findFirst().orElse("")).contains("(README.md)");
  }

  private static Stream<String[]> cells(String readme) throws IOException {
    return ROW.matcher(read(readme)).results().map(row -> row.group(1).split(" ?\\| ?", -1));
  }

  private static List<String> words(String pattern, String text) {
    return Pattern.compile(pattern).matcher(text).results().map(word -> word.group(1)).toList();
  }

  private static String read(String readme) throws IOException {
    return Files.readString(Path.of(readme));
  }
}
