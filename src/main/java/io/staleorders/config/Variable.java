package io.staleorders.config;

import java.util.Optional;

/**
 * A setting: one environment variable.
 *
 * @param kind what values it takes
 * @param need whether it has a default
 * @param secret whether its value is never shown, and may be given as a file named by {@code
 *     name_FILE}
 * @param meaning in a few words
 */
public record Variable<T>(String name, Kind<T> kind, Need need, boolean secret, String meaning) {

  /** What happens when the variable is not set. */
  public sealed interface Need {
    /** As the documentation's table says it. */
    String text();

    /** A fault. */
    record Required() implements Need {
      @Override
      public String text() {
        return "required";
      }
    }

    /** Nothing is set. */
    record Unset() implements Need {
      @Override
      public String text() {
        return "";
      }
    }

    /** This value is read instead. */
    record Default(String text) implements Need {}

    /** A value found elsewhere; {@code text} says where. */
    record Derived(String text) implements Need {}
  }

  static <T> Variable<T> required(String name, Kind<T> kind, String meaning) {
    return new Variable<>(name, kind, new Need.Required(), false, meaning);
  }

  static <T> Variable<T> unset(String name, Kind<T> kind, String meaning) {
    return new Variable<>(name, kind, new Need.Unset(), false, meaning);
  }

  static <T> Variable<T> derived(String name, Kind<T> kind, String from, String meaning) {
    return new Variable<>(name, kind, new Need.Derived(from), false, meaning);
  }

  static <T> Variable<T> defaulting(String name, Kind<T> kind, String defaultText, String meaning) {
    return new Variable<>(name, kind, new Need.Default(defaultText), false, meaning);
  }

  Variable<T> asSecret() {
    return new Variable<>(name, kind, need, true, meaning);
  }

  /** The variable that names a file to read this one from, if that is possible. */
  public Optional<String> fileName() {
    return secret ? Optional.of(name + "_FILE") : Optional.empty();
  }
}
