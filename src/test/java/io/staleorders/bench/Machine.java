package io.staleorders.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.stream.Stream;

/** On what, and when, a run was made. */
final class Machine {
  private Machine() {}

  static Chapter describe(Choices choices, double seconds) {
    String now =
        ZonedDateTime.now(ZoneOffset.UTC)
            .format(DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ROOT));
    return new Chapter()
        .table("last run", "")
        .row("when", now)
        .row("processor", "%d × %s".formatted(processors(), field("/proc/cpuinfo", "model name")))
        .row("memory", "%d GiB".formatted(Long.parseLong(digits("MemTotal")) >> 20))
        .row(
            "load when it ended",
            String.format(
                Locale.ROOT,
                "%.1f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()))
        .row("system", System.getProperty("os.name") + " " + System.getProperty("os.version"))
        .row("Java", System.getProperty("java.vendor") + " " + Runtime.version())
        .row("rounds", Integer.toString(choices.rounds()))
        .row("sections", String.join(", ", choices.only()))
        .row("took", "%.0f s".formatted(seconds))
        .end();
  }

  private static int processors() {
    return Runtime.getRuntime().availableProcessors();
  }

  private static String digits(String name) {
    return field("/proc/meminfo", name).replaceAll("[^0-9]", "");
  }

  private static String field(String file, String name) {
    try (Stream<String> lines = Files.lines(Path.of(file))) {
      return lines
          .filter(line -> line.startsWith(name))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
