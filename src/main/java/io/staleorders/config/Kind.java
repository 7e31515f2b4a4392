package io.staleorders.config;

import java.util.Optional;
import java.util.function.Function;

/**
 * A kind of value.
 *
 * @param allowed what is allowed, in words
 * @param reader a text as the value; empty when it is not allowed
 */
public record Kind<T>(String allowed, Function<String, Optional<T>> reader) {

  Optional<T> read(String text) {
    return reader.apply(text);
  }

  /** The same texts, read as something else. */
  <U> Kind<U> then(Function<T, U> next) {
    return new Kind<>(allowed, text -> read(text).map(next));
  }
}
