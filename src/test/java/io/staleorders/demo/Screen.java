package io.staleorders.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;

/** What people see. */
final class Screen {
  /** So that a line of the log is mostly a line of the terminal. */
  private static final int LONGEST_LINE = 120;

  // The log is UTF-8, whatever the terminal says of itself.
  private final PrintStream out =
      new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);

  private volatile boolean dark;

  /** Shows nothing more: what an interruption makes fail is of no interest. */
  void goDark() {
    dark = true;
  }

  void line(String line) {
    if (!dark) {
      out.println(line);
    }
  }

  /** A line of the log, cut if it is long: what matters comes first. */
  void logLine(String line) {
    line(
        line.codePointCount(0, line.length()) <= LONGEST_LINE
            ? line
            : line.substring(0, line.offsetByCodePoints(0, LONGEST_LINE - 1)) + "…");
  }

  void heading(String text) {
    line("");
    line("== " + text);
  }

  /**
   * Does something that takes a moment, and says how long it took.
   *
   * @param found what to say of what came of it
   */
  <T> T doing(String what, Supplier<T> work, Function<T, String> found) {
    if (!dark) {
      out.print("== " + what + " ... ");
      out.flush();
    }
    Stopwatch watch = Stopwatch.start();
    T result = work.get();
    line(found.apply(result) + " (" + seconds(watch.elapsed()) + ")");
    return result;
  }

  /** To a tenth of a second. */
  static String seconds(Duration time) {
    return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
  }
}
