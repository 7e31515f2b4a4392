package io.staleorders.command;

import io.staleorders.testkit.CapturedOutput;
import io.staleorders.testkit.Ran;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;

/** Runs commands in this JVM. */
final class Commands {
  private Commands() {}

  /** Runs a command whose standard output is a pipe. */
  static Ran run(Map<String, String> settings, String... args) {
    return Ran.of(out -> execute(settings, Optional.empty(), args));
  }

  /** Runs a command whose standard output a person watches. */
  static Ran runOnTerminal(Map<String, String> settings, String... args) {
    return Ran.of(out -> execute(settings, Optional.of(out), args));
  }

  private static int execute(
      Map<String, String> settings, Optional<PrintStream> terminal, String... args) {
    return Main.execute(new Environment(settings, terminal, CapturedOutput::logAs), args);
  }
}
