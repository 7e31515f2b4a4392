package io.staleorders.container;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command {@code docker}, for what a person would use it for. */
final class Docker {
  private Docker() {}

  /** How a command ended. */
  record Ended(int exitCode, String out, String err) {}

  /**
   * What a command prints on standard output, without the white space around it.
   *
   * @throws IllegalStateException if it fails, with all that it printed
   */
  static String run(String... words) {
    Ended ended = tryTo(words);
    if (ended.exitCode() != 0) {
      throw new IllegalStateException(
          "docker %s ended with %d: %s%s"
              .formatted(String.join(" ", words), ended.exitCode(), ended.out(), ended.err()));
    }
    return ended.out().strip();
  }

  static Ended tryTo(String... words) {
    List<String> command = new ArrayList<>(List.of("docker"));
    command.addAll(List.of(words));
    try {
      Path err = Files.createTempFile("docker", ".err");
      try {
        Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Ended(process.waitFor(), out, Files.readString(err));
      } finally {
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
