package io.staleorders.bench;

import java.util.Properties;
import java.util.Set;

/**
 * What is measured, from the properties {@code bench.*}.
 *
 * @param only names of sections, or {@code all}
 * @param rounds how often what is compared is run, in turn
 * @param smoke whether it only shows that everything works, in two minutes; figures mean nothing
 * @param largestTable orders in the largest table
 * @param million whether memory is watched while a million orders are closed
 * @param write whether docs/BENCHMARKS.md is brought up to date
 */
record Choices(
    Set<String> only, int rounds, boolean smoke, int largestTable, boolean million, boolean write) {

  static Choices of(Properties properties) {
    boolean smoke = Boolean.parseBoolean(properties.getProperty("bench.smoke", "false"));
    int rounds = Integer.parseInt(properties.getProperty("bench.rounds", "3"));
    int table = Integer.parseInt(properties.getProperty("bench.table", "1000000"));
    return new Choices(
        Set.of(properties.getProperty("bench.only", "all").split(",", -1)),
        smoke ? 1 : rounds,
        smoke,
        smoke ? 100_000 : table,
        Boolean.parseBoolean(properties.getProperty("bench.million", "false")),
        Boolean.parseBoolean(properties.getProperty("bench.write", "true")));
  }

  boolean wants(String section) {
    return only.contains("all") || only.contains(section);
  }

  /** The one number, or for a smoke run the other. */
  int size(int full, int small) {
    return smoke ? small : full;
  }
}
