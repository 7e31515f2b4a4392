package io.staleorders.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** {@code docs/BENCHMARKS.md}, whose measured parts lie between marks and are written anew. */
final class Document {
  private static final Path FILE = Path.of("docs", "BENCHMARKS.md");

  private final boolean writes;

  Document(Choices choices) {
    this.writes = choices.write() && !choices.smoke();
  }

  /** Puts a chapter in its place, as soon as it is measured. */
  void put(String name, Chapter chapter) {
    if (!writes) {
      return;
    }
    try {
      String text = Files.readString(FILE);
      String begin = "<!-- measured: %s -->".formatted(name);
      String end = "<!-- end of %s -->".formatted(name);
      int from = text.indexOf(begin);
      int to = text.indexOf(end);
      if (from < 0 || to < from) {
        throw new IllegalStateException(FILE + " has no place for " + name);
      }
      Files.writeString(
          FILE,
          text.substring(0, from + begin.length())
              + "\n"
              + chapter.markdown()
              + "\n"
              + text.substring(to));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
