package io.staleorders.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Measures the service and writes what it found into {@code docs/BENCHMARKS.md}. {@code mvn -q
 * test-compile exec:exec@bench}; see there for its properties.
 */
public final class Bench {
  private Bench() {}

  /** A section: measures, and says what it found. */
  private interface Section {
    Chapter measure(Stage stage, Choices choices);
  }

  private static Map<String, Section> sections() {
    Map<String, Section> sections = new LinkedHashMap<>();
    sections.put("signature", SignatureBench::measure);
    sections.put("drain", DrainBench::measure);
    sections.put("profile", ProfileBench::measure);
    sections.put("rate", RateBench::measure);
    sections.put("table", TableBench::measure);
    sections.put("shop", ShopLossBench::measure);
    sections.put("lag", LagBench::measure);
    sections.put("footprint", FootprintBench::measure);
    return sections;
  }

  /** Measures; {@code bench.*} properties say what. */
  public static void main(String[] args) {
    Choices choices = Choices.of(System.getProperties());
    Document document = new Document(choices);
    long begun = System.nanoTime();
    try (Stage stage = Stage.open()) {
      sections()
          .forEach(
              (name, section) -> {
                if (choices.wants(name)) {
                  System.out.printf("%n== %s%n", name);
                  long start = System.nanoTime();
                  Chapter chapter = section.measure(stage, choices);
                  System.out.printf(
                      "%n%s%n(%.0f s)%n", chapter.markdown(), (System.nanoTime() - start) / 1e9);
                  document.put(name, chapter);
                }
              });
    }
    document.put("machine", Machine.describe(choices, (System.nanoTime() - begun) / 1e9));
  }
}
