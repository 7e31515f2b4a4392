package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.config.Settings;
import io.staleorders.testkit.Fast;
import io.staleorders.testkit.SettableClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Fast
class HealthFileTest {
  private static final Duration INTERVAL = Duration.ofSeconds(30);

  @TempDir private Path folder = Path.of("");

  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T00:00:00Z"));
  private Path path = Path.of("");
  private HealthFile file = file();

  @BeforeEach
  void open() {
    path = folder.resolve("health");
    file = file();
  }

  private HealthFile file() {
    return new HealthFile(new Settings.Health(path, INTERVAL), clock);
  }

  @Test
  void isYoungForThreeIntervalsAfterItWasTouched() {
    assertThat(file.isYoung()).isFalse();

    file.touch();
    clock.advance(Duration.ofSeconds(89));
    assertThat(file.isYoung()).isTrue();
    clock.advance(Duration.ofSeconds(1));
    assertThat(file.isYoung()).isFalse();

    file.touch();
    assertThat(file.isYoung()).isTrue();
  }

  @Test
  void saysAtWhatAgeItIsTooOldAlsoWhereAnotherProcessLeftAFile() throws Exception {
    Files.writeString(path, "7\n");
    Files.setLastModifiedTime(path, FileTime.from(clock.instant()));

    file.touch();

    assertThat(path).hasContent("90");
  }

  @Test
  void isMadeAnewWhereSomebodyTookItAway() throws Exception {
    file.touch();
    Files.delete(path);
    clock.advance(Duration.ofSeconds(2));

    file.touch();

    assertThat(file.isYoung()).isTrue();
    assertThat(path).hasContent("90");
  }
}
