package io.staleorders.store;

/** Settings that become part of a statement, quoted so that they cannot become anything else. */
final class SqlText {
  private SqlText() {}

  /** A name in double quotes. */
  static String identifier(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }

  /** A text in single quotes, whatever {@code standard_conforming_strings} says. */
  static String literal(String text) {
    String quoted = "'" + text.replace("'", "''").replace("\\", "\\\\") + "'";
    return text.indexOf('\\') < 0 ? quoted : " E" + quoted;
  }
}
