package io.staleorders.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/** Where the CPU time of a drain goes, by Java's flight recorder. */
final class ProfileBench {
  private static final Path RECORDING = Path.of("target", "bench", "drain.jfr").toAbsolutePath();
  private static final Path EVENTS = Path.of("target", "bench", "events.jfc").toAbsolutePath();

  private static final String CPU_SAMPLES =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <configuration version="2.0">
        <event name="jdk.CPUTimeSample">
          <setting name="enabled">true</setting>
          <setting name="throttle">10ms</setting>
          <setting name="stackTrace">true</setting>
        </event>
      </configuration>
      """;

  private ProfileBench() {}

  /**
   * What a sample belongs to: the first of these that one of its frames, innermost first, names.
   */
  enum Part {
    SIGNATURES("signatures", "com[.]amazon[.].*|sun[.]security[.]rsa.*|java[.]security[.]Sig.*"),
    HTTP("HTTP client", "okhttp3[.].*|okio[.].*"),
    LOG("log lines", "ch[.]qos[.].*|org[.]slf4j[.].*|io[.]staleorders[.]config[.].*"),
    DATABASE(
        "database client",
        "org[.](postgresql|jdbi)[.].*|com[.]zaxxer[.].*|io[.]staleorders[.]store[.].*"),
    OURS("the rest of the service", "io[.]staleorders[.].*"),
    OTHER("threads and the like", "-");

    private final String text;
    private final String types;

    Part(String text, String types) {
      this.text = text;
      this.types = types;
    }

    static Part of(RecordedEvent sample) {
      if (sample.getStackTrace() == null) {
        return OTHER;
      }
      for (RecordedFrame frame : sample.getStackTrace().getFrames()) {
        String type = frame.getMethod().getType().getName();
        for (Part part : values()) {
          if (type.matches(part.types)) {
            return part;
          }
        }
      }
      return OTHER;
    }
  }

  static Chapter measure(Stage stage, Choices choices) {
    int orders = choices.size(20_000, 1_000);
    BenchShop shop = stage.shop();
    Map<String, String> settings =
        Map.of("CLOSE_RATE", "2000", "SWEEP_INTERVAL", "1s", "CLOSE_CONFIRM", "true");
    try {
      Files.writeString(EVENTS, CPU_SAMPLES);
      List<String> recording =
          Closer.asInItsContainer(
              "-XX:StartFlightRecording=filename=%s,settings=%s,dumponexit=true"
                  .formatted(RECORDING, EVENTS));
      Map<String, Duration> threads;
      try (Closer closer = Closer.start(stage, shop, settings, recording)) {
        shop.orders("D", orders, "NOTPAY", Duration.ofMinutes(16), Duration.ofMinutes(24));
        Closer.awaitDrained(shop, Duration.ofMinutes(10));
        threads = Cpu.byThread(closer.pid());
      }
      return chapter(orders, threads, parts());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      stage.drop(shop);
    }
  }

  private static Map<Part, Integer> parts() throws IOException {
    Map<Part, Integer> parts = new EnumMap<>(Part.class);
    try (RecordingFile file = new RecordingFile(RECORDING)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        if (event.getEventType().getName().equals("jdk.CPUTimeSample")) {
          parts.merge(Part.of(event), 1, Integer::sum);
        }
      }
    }
    return parts;
  }

  private static Chapter chapter(
      int orders, Map<String, Duration> threads, Map<Part, Integer> parts) {
    Duration whole = threads.values().stream().reduce(Duration.ZERO, Duration::plus);
    Duration machinery =
        threads.entrySet().stream()
            .filter(one -> isMachinery(one.getKey()))
            .map(Map.Entry::getValue)
            .reduce(Duration.ZERO, Duration::plus);
    double java = whole.minus(machinery).toNanos();
    int samples = Math.max(1, parts.values().stream().mapToInt(Integer::intValue).sum());
    Chapter.Table table =
        new Chapter()
            .table(
                "%,d orders, each close confirmed: CPU time of".formatted(orders),
                "ms an order",
                "share");
    parts.entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
        .forEach(
            part ->
                row(table, part.getKey().text, java * part.getValue() / samples, whole, orders));
    row(
        table,
        "compiler and garbage collector of the JVM",
        (double) machinery.toNanos(),
        whole,
        orders);
    return table
        .row("all, from the start of the process", whole.toNanos() / 1e6 / orders, "100 %")
        .end();
  }

  private static void row(
      Chapter.Table table, String name, double nanos, Duration whole, int orders) {
    table.row(name, nanos / 1e6 / orders, "%.0f %%".formatted(100 * nanos / whole.toNanos()));
  }

  /** By Linux's names of threads, which are cut after 15 characters. */
  private static boolean isMachinery(String thread) {
    return thread.matches("(C1|C2) Compiler.*|GC .*|G1 .*|VM .*|Sweeper.*|Monitor Deflat.*|JFR .*");
  }
}
