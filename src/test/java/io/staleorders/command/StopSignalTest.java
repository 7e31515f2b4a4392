package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class StopSignalTest {

  /** The thread that ran the command ends the process: a hook that waits for it waits for ever. */
  @Test
  void processEndsThoughACommandHasListenedForItsStop() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends by itself").isTrue();
      assertThat(process.exitValue()).isEqualTo(3);
    } finally {
      process.destroyForcibly();
    }
  }

  /** Runs a command, and ends in the ordinary way. */
  static final class Program {
    private Program() {}

    public static void main(String[] args) {
      System.exit(StopSignal.during(() -> 3, () -> {}));
    }
  }
}
