package io.staleorders.store;

import java.math.BigDecimal;
import java.time.Duration;

/** Settings that become part of a statement, quoted so that they cannot become anything else. */
final class SqlText {
  private SqlText() {}

  /** A name in double quotes. */
  static String identifier(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  /**
   * A text in single quotes, whatever {@code standard_conforming_strings} says. A backslash is
   * written as a number: before a quote, Jdbi's parser would take the two for an escaped quote.
   */
  static String literal(String text) {
    String quoted = "'" + text.replace("'", "''").replace("\\", "\\x5c") + "'";
    return text.indexOf('\\') < 0 ? quoted : " E" + quoted;
  }

  /** An interval. In seconds: PostgreSQL 14 takes no more than 24 days of milliseconds. */
  static String interval(Duration duration) {
    return BigDecimal.valueOf(duration.toMillis(), 3).toPlainString() + " seconds";
  }
}
