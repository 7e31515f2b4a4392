package io.staleorders.config;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.KeyValuePair;

/**
 * What a line of the log says beside time and level: every text filtered of secrets, every value a
 * text, a number, a boolean, a list or a map of these, or an empty {@link Optional}.
 *
 * @param event the name in the log's {@code event} field
 */
record LogFields(String event, String message, Map<String, Object> others) {
  /** The event of a line that is none of ours: mostly a library's. */
  static final String NO_EVENT = "other";

  private static final int LONGEST_ERROR = 1000;
  private static final int DEEPEST_CAUSE = 5;

  /**
   * @param detailed whether the line says where in the program it comes from
   */
  static LogFields of(ILoggingEvent logged, boolean detailed) {
    String event = NO_EVENT;
    Map<String, Object> others = new LinkedHashMap<>();
    for (KeyValuePair pair : Optional.ofNullable(logged.getKeyValuePairs()).orElse(List.of())) {
      Object value = SecretFilter.isSecretName(pair.key) ? SecretFilter.MASK : plain(pair.value);
      if (pair.key.equals("event")) {
        event = value.toString();
      } else {
        others.put(freeName(pair.key, others), value);
      }
    }
    IThrowableProxy failure = logged.getThrowableProxy();
    if (failure != null) {
      others.put(freeName("error", others), plain(brief(failure)));
    }
    if (detailed) {
      others.put(freeName("logger", others), logged.getLoggerName());
      others.put(freeName("thread", others), logged.getThreadName());
      if (failure != null) {
        others.put(freeName("stack_trace", others), plain(ThrowableProxyUtil.asString(failure)));
      }
    }
    String message = Objects.requireNonNullElse(logged.getFormattedMessage(), "");
    return new LogFields(event, SecretFilter.mask(message), others);
  }

  /** A name that no other field of the line has. */
  private static String freeName(String name, Map<String, Object> others) {
    String free = name;
    while (others.containsKey(free) || LineEncoder.FIXED_NAMES.contains(free)) {
      free = free + "_";
    }
    return free;
  }

  private static Object plain(@Nullable Object value) {
    return switch (value) {
      case null -> Optional.empty();
      case Optional<?> maybe -> maybe.map(LogFields::plain).orElse(maybe);
      case Boolean flag -> flag;
      case Integer number -> number;
      case Long number -> number;
      case Double number -> number;
      case BigDecimal number -> number;
      case BigInteger number -> number;
      case Collection<?> values -> values.stream().map(LogFields::plain).toList();
      case Map<?, ?> map -> {
        Map<String, Object> fields = new LinkedHashMap<>();
        map.forEach((key, inner) -> fields.put(String.valueOf(key), plain(inner)));
        yield fields;
      }
      // Not by its components: what prints itself masked must stay masked.
      default -> SecretFilter.mask(String.valueOf(value));
    };
  }

  /** Class and message of a failure, and of its causes where they add something. */
  private static String brief(IThrowableProxy failure) {
    StringBuilder text = new StringBuilder(one(failure));
    IThrowableProxy cause = failure.getCause();
    for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
      String message = Objects.requireNonNullElse(cause.getMessage(), cause.getClassName());
      if (text.indexOf(message) < 0) {
        text.append("; caused by ").append(one(cause));
      }
      cause = cause.getCause();
    }
    return text.length() <= LONGEST_ERROR
        ? text.toString()
        : text.substring(0, LONGEST_ERROR) + "…";
  }

  private static String one(IThrowableProxy failure) {
    String message = failure.getMessage();
    return message == null ? failure.getClassName() : failure.getClassName() + ": " + message;
  }
}
