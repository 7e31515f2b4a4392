package io.staleorders.config;

import java.util.Optional;

/**
 * What is wrong with one setting.
 *
 * @param name of the variable, as it was given
 * @param shown its value, short and in one line; absent for secrets and where there is none
 * @param problem what is wrong, and what is allowed
 */
public record Fault(String name, Optional<String> shown, String problem) {
  private static final int LONGEST_SHOWN = 100;

  /** The fault in one line, for people. */
  public String text() {
    return name + shown.map(value -> "='" + value + "'").orElse("") + ": " + problem;
  }

  /** A value as a fault or a warning shows it. */
  static String shown(String value) {
    return OneLine.of(SecretFilter.mask(value), LONGEST_SHOWN);
  }
}
