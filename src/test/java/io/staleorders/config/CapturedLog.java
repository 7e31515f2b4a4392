package io.staleorders.config;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
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
    LoggerContext context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    PrintStream before = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      LogSetup.apply(context, logs);
      logging.with(context.getLogger("io.staleorders.Somewhere"));
    } finally {
      System.setOut(before);
      context.stop();
    }
    return printed.toString(StandardCharsets.UTF_8);
  }

  /** Something that logs. */
  interface Action {
    void with(Logger log);
  }
}
