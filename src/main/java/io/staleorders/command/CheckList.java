package io.staleorders.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Lines of a check: how it stands with each thing, and what to do about it. */
final class CheckList {
  private final List<Line> lines = new ArrayList<>();
  private int exit = Main.DONE;

  private enum Standing {
    OK,
    WARNING,
    FAILED
  }

  /**
   * @param paste statements ready to be pasted, each on a line of its own
   */
  private record Line(Standing standing, String what, String text, List<String> paste) {}

  void ok(String what, String text) {
    add(Standing.OK, what, text);
  }

  void warning(String what, String text, String... paste) {
    add(Standing.WARNING, what, text, paste);
  }

  /** Something does not answer, or refuses. */
  void failed(String what, String text) {
    add(Standing.FAILED, what, text);
    exit = Math.max(exit, Main.FAILED);
  }

  /** The settings, or the database as they describe it, are wrong: no other command would start. */
  void wrong(String what, String text, String... paste) {
    add(Standing.FAILED, what, text, paste);
    exit = Main.WRONG;
  }

  private void add(Standing standing, String what, String text, String... paste) {
    lines.add(new Line(standing, what, text, List.of(paste)));
  }

  int exitCode() {
    return exit;
  }

  /** The lines as a table, and how many there are of each. */
  String text() {
    int width = lines.stream().mapToInt(line -> line.what().length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (Line line : lines) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-8s %-" + width + "s  %s%n",
              name(line.standing()),
              line.what(),
              line.text()));
      line.paste().forEach(statement -> text.append("    ").append(statement).append(";\n"));
    }
    return text.append(
            String.format(
                Locale.ROOT,
                "%n%d ok, %d warning, %d failed%n",
                count(Standing.OK),
                count(Standing.WARNING),
                count(Standing.FAILED)))
        .toString();
  }

  private long count(Standing standing) {
    return lines.stream().filter(line -> line.standing() == standing).count();
  }

  private static String name(Standing standing) {
    return standing.name().toLowerCase(Locale.ROOT);
  }
}
