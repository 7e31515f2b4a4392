package io.staleorders.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Variables that look like ours but are not: mostly misspelt ones. */
final class UnknownNames {
  private static final Set<String> KNOWN =
      Variables.ALL.stream()
          .flatMap(v -> Stream.concat(Stream.of(v.name()), v.fileName().stream()))
          .collect(Collectors.toUnmodifiableSet());

  /** The first word of each name with its underscore, such as {@code ORDERS_}. */
  private static final Set<String> PREFIXES =
      Variables.ALL.stream()
          .map(v -> v.name().substring(0, v.name().indexOf('_') + 1))
          .collect(Collectors.toUnmodifiableSet());

  /** What Kubernetes sets in every container for a Service called, say, {@code orders}. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_[0-9]+_(TCP|UDP).*)?)");

  private static final int MOST_TYPOS = 2;

  private UnknownNames() {}

  /** A line for each name with one of our prefixes that is no setting. */
  static List<String> warnings(Collection<String> names) {
    Set<String> unknown = new TreeSet<>(names);
    unknown.removeIf(name -> KNOWN.contains(name) || PREFIXES.stream().noneMatch(name::startsWith));
    Set<String> links = new TreeSet<>(unknown);
    links.removeIf(name -> !SERVICE_LINK.matcher(name).matches());
    unknown.removeAll(links);

    List<String> warnings = new ArrayList<>();
    unknown.forEach(name -> warnings.add(warning(name)));
    if (!links.isEmpty()) {
      warnings.add(
          "not settings, probably Kubernetes' service links: "
              + links.stream().map(Fault::shown).collect(Collectors.joining(", ")));
    }
    return warnings;
  }

  private static String warning(String name) {
    String shown = Fault.shown(name);
    if (name.endsWith("_FILE") && KNOWN.contains(name.substring(0, name.length() - 5))) {
      return shown + ": this setting cannot be given as a file";
    }
    return nearest(name)
        .map(known -> shown + ": there is no such setting; did you mean " + known + "?")
        .orElse(shown + ": there is no such setting");
  }

  private static Optional<String> nearest(String name) {
    return KNOWN.stream()
        .filter(known -> Math.abs(known.length() - name.length()) <= MOST_TYPOS)
        .filter(known -> typos(name, known) <= MOST_TYPOS)
        .min(Comparator.<String>comparingInt(known -> typos(name, known)).thenComparing(k -> k));
  }

  /** How many characters must be added, dropped or replaced to make {@code b} of {@code a}. */
  private static int typos(String a, String b) {
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
