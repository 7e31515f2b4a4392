package io.staleorders.sandbox;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How an order number asks for a misbehaviour: by what stands before its first {@code -}, case and
 * underscores aside. Digits at the end limit it to so many requests: {@code HANG2-0001} hangs twice
 * and then works.
 *
 * @param times so many requests, from the first
 */
record Prefix(Misbehaviour misbehaviour, int times) {
  private static final Pattern FORM = Pattern.compile("([A-Z_]+)([0-9]{0,4})-.*");
  private static final Map<String, Misbehaviour> BY_PREFIX =
      Arrays.stream(Misbehaviour.values())
          .collect(Collectors.toMap(Misbehaviour::prefix, Function.identity()));

  /** Whether the {@code nth} request, from 1, is past it. */
  boolean isOver(int nth) {
    return nth > times;
  }

  /**
   * The misbehaviour of that name without underscores.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Misbehaviour named(String name) {
    return Optional.ofNullable(BY_PREFIX.get(name))
        .orElseThrow(() -> new IllegalArgumentException("no misbehaviour is called " + name));
  }

  /** What the number asks for, if anything. */
  static Optional<Prefix> of(String outTradeNo) {
    Matcher matcher = FORM.matcher(outTradeNo.toUpperCase(Locale.ROOT));
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String name = matcher.group(1).replace("_", "");
    int times = matcher.group(2).isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(matcher.group(2));
    return Optional.ofNullable(BY_PREFIX.get(name)).map(found -> new Prefix(found, times));
  }
}
