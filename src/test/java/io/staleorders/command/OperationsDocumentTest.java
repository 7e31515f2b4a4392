package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.staleorders.order.Event;
import io.staleorders.testkit.Fast;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** Code and {@code docs/OPERATIONS.md} name the same events, at the same levels. */
@Fast
class OperationsDocumentTest {
  /** An entry of the list of events, with its example. */
  private static final Pattern ENTRY =
      Pattern.compile(
          "^\\*\\*`([a-z_]+)`\\*\\* · ([A-Z]+) · [^\\n]+(?:\\n[^\\n`][^\\n]*)*\\n\\n```json\\n(.+)\\n```$",
          Pattern.MULTILINE);

  private static final Pattern RUN_BOOK =
      Pattern.compile("^### `([a-z_]+)` \\(([A-Z]+)\\)$", Pattern.MULTILINE);

  private final String document;

  OperationsDocumentTest() throws IOException {
    document = Files.readString(Path.of("docs", "OPERATIONS.md"));
  }

  @Test
  void eventsAreThoseOfTheCodeWithTheirLevels() {
    assertThat(levels(ENTRY)).isEqualTo(levels(event -> true));
  }

  @Test
  void runBookHasEveryErrorAndWarning() {
    assertThat(levels(RUN_BOOK)).isEqualTo(levels(event -> event.level() != Level.INFO));
  }

  @Test
  void exampleLinesAreLinesOfTheLog() throws JsonProcessingException {
    JsonMapper json = new JsonMapper();
    for (MatchResult entry : ENTRY.matcher(document).results().toList()) {
      JsonNode line = json.readTree(entry.group(3));
      assertThat(line.path("event").asText()).isEqualTo(entry.group(1));
      assertThat(line.path("level").asText()).isEqualTo(entry.group(2));
      assertThat(line.path("message").asText()).isNotBlank();
      assertThat(Instant.parse(line.path("timestamp").asText())).isAfter(Instant.EPOCH);
    }
  }

  private Map<String, String> levels(Pattern pattern) {
    return pattern
        .matcher(document)
        .results()
        .collect(Collectors.toMap(m -> m.group(1), m -> m.group(2), (a, b) -> a + b, TreeMap::new));
  }

  private static Map<String, String> levels(Predicate<Event> which) {
    return Arrays.stream(Event.values())
        .filter(which)
        .collect(
            Collectors.toMap(
                Event::text, event -> event.level().name(), (a, b) -> a + b, TreeMap::new));
  }
}
