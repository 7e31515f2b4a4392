package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import io.staleorders.testkit.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code health}: the age of a file, by an exit code. */
@Fast
class HealthCommandTest {
  @TempDir private Path folder = Path.of("");

  private Ran health(String sweepInterval) {
    return Commands.run(
        Map.of("HEALTH_FILE", folder.resolve("health").toString(), "SWEEP_INTERVAL", sweepInterval),
        "health");
  }

  private void touched(Duration ago) throws IOException {
    Path file = folder.resolve("health");
    if (Files.notExists(file)) {
      Files.createFile(file);
    }
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(ago)));
  }

  @Test
  void youngFileIsHealthAndNothingIsPrinted() throws IOException {
    touched(Duration.ofSeconds(60));

    Ran ran = health("30s");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).isEmpty();
  }

  @Test
  void fileOlderThanThreeSweepIntervalsIsNot() throws IOException {
    touched(Duration.ofSeconds(91));

    Ran ran = health("30s");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.lines()).singleElement().asString().contains("not healthy").contains("health");
    assertThat(health("60s").exitCode()).isZero();
  }

  @Test
  void noFileIsNot() {
    assertThat(health("30s").exitCode()).isEqualTo(1);
  }

  @Test
  void wrongSettingIsRefused() {
    assertThat(health("never").exitCode()).isEqualTo(2);
  }
}
