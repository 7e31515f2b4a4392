package io.staleorders.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What processes of this machine use, as Linux tells it. */
final class Cpu {
  private Cpu() {}

  /** CPU time of a process so far, in steps of 10 ms. */
  static Duration of(long pid) {
    return of(ProcessHandle.of(pid).orElseThrow());
  }

  /** Resident memory of a process in MiB: {@code VmRSS} now, {@code VmHWM} at most. */
  static double memory(long pid, String field) {
    try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      String line = lines.filter(one -> one.startsWith(field + ":")).findFirst().orElseThrow();
      return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** CPU time of a process so far by the names of its threads, of those that still run. */
  static Map<String, Duration> byThread(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      return threads
          .map(Cpu::stat)
          .collect(
              Collectors.toMap(
                  stat -> stat.substring(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
                  Cpu::time,
                  Duration::plus,
                  TreeMap::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String stat(Path task) {
    try {
      return Files.readString(task.resolve("stat"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Fields 14 and 15 of {@code stat}, in hundredths of a second. */
  private static Duration time(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Duration.ofMillis(10 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12])));
  }

  private static Duration of(ProcessHandle process) {
    return process.info().totalCpuDuration().orElse(Duration.ZERO);
  }
}
