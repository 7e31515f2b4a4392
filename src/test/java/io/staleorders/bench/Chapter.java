package io.staleorders.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a section found, as Markdown: paragraphs and tables in the order they were added. */
final class Chapter {
  private final List<String> parts = new ArrayList<>();

  /** Adds a paragraph. */
  Chapter say(String text) {
    parts.add(text);
    return this;
  }

  /** Adds a picture of the folder {@code docs/bench}. */
  Chapter picture(String alternative, String file) {
    parts.add("![%s](bench/%s)".formatted(alternative, file));
    return this;
  }

  /** Begins a table, whose rows are added to what is returned. */
  Table table(String... heads) {
    return new Table(this, heads);
  }

  String markdown() {
    return String.join("\n\n", parts);
  }

  /** A table that grows. */
  static final class Table {
    private final Chapter chapter;
    private final List<String> lines = new ArrayList<>();

    private Table(Chapter chapter, String... heads) {
      this.chapter = chapter;
      lines.add(line(heads));
      lines.add("|---|" + "---:|".repeat(heads.length - 1));
    }

    Table row(Object... cells) {
      lines.add(line(Arrays.stream(cells).map(Table::text).toArray(String[]::new)));
      return this;
    }

    Chapter end() {
      chapter.parts.add(String.join("\n", lines));
      return chapter;
    }

    private static String line(String... cells) {
      return Arrays.stream(cells).collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static String text(Object cell) {
      return cell instanceof Double number ? number(number) : String.valueOf(cell);
    }

    /** Three figures that count. */
    private static String number(double value) {
      double size = Math.abs(value);
      String form = size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f";
      return String.format(Locale.ROOT, form, value);
    }
  }
}
