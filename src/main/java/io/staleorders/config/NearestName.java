package io.staleorders.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;

/** The name that a misspelt one probably means. */
final class NearestName {
  private static final int MOST_TYPOS = 2;

  private NearestName() {}

  /** The nearest of {@code names}, if one is near; case does not count. */
  static Optional<String> of(String misspelt, Collection<String> names) {
    return names.stream()
        .filter(name -> Math.abs(name.length() - misspelt.length()) <= MOST_TYPOS)
        .filter(name -> typos(misspelt, name) <= MOST_TYPOS)
        .min(Comparator.<String>comparingInt(name -> typos(misspelt, name)).thenComparing(n -> n));
  }

  private static int typos(String a, String b) {
    return distance(a.toLowerCase(Locale.ROOT), b.toLowerCase(Locale.ROOT));
  }

  /** How many characters must be added, dropped or replaced to make {@code b} of {@code a}. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j < row.length; j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j < row.length; j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
