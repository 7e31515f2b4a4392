package io.staleorders.config;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;

class LogSetupTest {
  @TempDir Path folder;

  @Test
  void everythingGoesToStandardOutputAsJsonAndNothingToStandardError() throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : outputOf("json", "INFO")) {
      lines.add(new ObjectMapper().readTree(line));
    }

    assertThat(lines)
        .extracting(line -> line.get("message").asText())
        .containsExactly(
            "ours",
            "library warning",
            "java warning",
            "A thread ended by a failure that nothing caught",
            "A thread ended by a failure that nothing caught");
    assertThat(lines.get(3).get("error").asText()).endsWith("IllegalStateException: uncaught");
    assertThat(lines.get(3).get("thread_name").asText()).isEqualTo("platform");
    assertThat(lines.get(4).get("thread_name").asText()).isEqualTo("virtual");
  }

  @Test
  void textGoesToStandardOutputAlone() throws Exception {
    assertThat(outputOf("text", "ERROR")).hasSize(2).allMatch(line -> line.contains(" ERROR "));
  }

  @Test
  void faultySettingsOfTheLogFallBackToTheDefault() {
    assertThat(Logs.of(Map.of())).isEqualTo(Logs.DEFAULT);
    assertThat(Logs.of(Map.of("LOG_FORMAT", "xml", "LOG_LEVEL", " warn ")))
        .isEqualTo(new Logs(LogFormat.JSON, Level.WARN));
  }

  @Test
  void firstLoggingIsFoundByLogbackAndIsTheDefault() {
    assertThat(ServiceLoader.load(Configurator.class))
        .hasAtLeastOneElementOfType(FirstLogging.class);

    LoggerContext context = new LoggerContext();
    assertThat(new FirstLogging().configure(context))
        .isEqualTo(Configurator.ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY);
    assertThat(context.getLogger("io.staleorders.x").isInfoEnabled()).isTrue();
    assertThat(context.getLogger("io.staleorders.x").isDebugEnabled()).isFalse();
    assertThat(context.getLogger("com.example").isInfoEnabled()).isFalse();
    context.stop();
  }

  /** The lines of standard output of a {@link NoisyProgram}; standard error stays empty. */
  private List<String> outputOf(String format, String level)
      throws IOException, InterruptedException {
    File output = folder.resolve("output").toFile();
    File error = folder.resolve("error").toFile();
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                NoisyProgram.class.getName(),
                format,
                level)
            .redirectOutput(output)
            .redirectError(error)
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();

    assertThat(error).isEmpty();
    assertThat(process.exitValue()).isZero();
    return Files.readAllLines(output.toPath());
  }
}
