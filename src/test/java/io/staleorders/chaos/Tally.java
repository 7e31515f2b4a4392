package io.staleorders.chaos;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often each thing happened. */
final class Tally {
  private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
  private final Map<String, Long> others = new LinkedHashMap<>();
  private int kills;

  synchronized void count(Fault fault) {
    faults.merge(fault, 1, Integer::sum);
  }

  synchronized void count(String what) {
    others.merge(what, 1L, Long::sum);
  }

  /** Counts it if it is so. */
  synchronized boolean count(String what, boolean so) {
    if (so) {
      count(what);
    }
    return so;
  }

  synchronized void kill(boolean working) {
    kills++;
    count(working ? "SIGKILLs of a copy at work" : "SIGKILLs of a copy that was starting");
  }

  synchronized void set(String what, long number) {
    others.put(what, number);
  }

  /** Copies killed by SIGKILL. */
  synchronized int kills() {
    return kills;
  }

  /** All of it, as a table. */
  synchronized String table() {
    StringBuilder table = new StringBuilder("| what | times |\n|---|---|\n");
    faults.forEach((fault, times) -> row(table, fault.text(), times));
    row(table, "SIGKILLs of copies in all", kills);
    others.forEach((what, times) -> row(table, what, times));
    return table.toString();
  }

  private static void row(StringBuilder table, String what, long times) {
    table.append("| ").append(what).append(" | ").append("%,d".formatted(times)).append(" |\n");
  }
}
