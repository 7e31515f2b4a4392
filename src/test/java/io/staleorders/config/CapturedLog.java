package io.staleorders.config;

import io.staleorders.testkit.CapturedOutput;
import java.util.List;
import org.slf4j.Logger;

/** What a logger of ours prints to standard output, set up apart from the process's logging. */
final class CapturedLog {
  private CapturedLog() {}

  /** The lines that {@code logging} prints; a whole line ends with its break. */
  static List<String> lines(Logs logs, Action logging) {
    return text(logs, logging).lines().toList();
  }

  static String text(Logs logs, Action logging) {
    return CapturedOutput.of(
            out -> {
              CapturedOutput.logAs(logs);
              logging.with(CapturedOutput.logger("io.staleorders.Somewhere"));
            })
        .out();
  }

  /** Something that logs. */
  interface Action {
    void with(Logger log);
  }
}
