package io.staleorders.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines of a check: how it stands with each thing, and what to do about it. */
final class CheckList {
  private final List<Line> lines = new ArrayList<>();

  private enum Standing {
    OK,
    WARNING,
    FAILED
  }

  private record Line(Standing standing, String what, String text) {}

  void ok(String what, String text) {
    lines.add(new Line(Standing.OK, what, text));
  }

  void warning(String what, String text) {
    lines.add(new Line(Standing.WARNING, what, text));
  }

  void failed(String what, String text) {
    lines.add(new Line(Standing.FAILED, what, text));
  }

  boolean isFailed() {
    return lines.stream().anyMatch(line -> line.standing() == Standing.FAILED);
  }

  /** The lines as a table, each ended by a new line. */
  String text() {
    int width = lines.stream().mapToInt(line -> line.what().length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-8s %-" + width + "s  %s%n",
              line.standing().name().toLowerCase(Locale.ROOT),
              line.what(),
              line.text()));
    }
    return text.toString();
  }
}
