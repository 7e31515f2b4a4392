package io.staleorders.store;

import java.util.Locale;

/**
 * How the shop's key is compared with our order numbers, which are text: our number becomes the
 * key's type, so that the shop's index serves. A number that is no value of that type, entered when
 * the column was of another, equals no key.
 */
sealed interface KeyComparison {
  /** Whether {@code key} is the number that the SQL expression {@code number} gives. */
  String is(String key, String number);

  /** Whether {@code key} is one of the numbers in the SQL array {@code numbers}. */
  String isAny(String key, String numbers);

  /**
   * The comparison for a type of key.
   *
   * @param type qualified and quoted, beneath all domains
   */
  static KeyComparison of(String type) {
    return switch (type) {
      case "\"pg_catalog\".\"text\"", "\"pg_catalog\".\"varchar\"", "\"pg_catalog\".\"bpchar\"" ->
          new AnyText(type, "=");
      case "\"pg_catalog\".\"int2\"" -> new Whole(type, Short.MAX_VALUE);
      case "\"pg_catalog\".\"int4\"" -> new Whole(type, Integer.MAX_VALUE);
      case "\"pg_catalog\".\"int8\"" -> new Whole(type, Long.MAX_VALUE);
      case "\"pg_catalog\".\"numeric\"" ->
          new Numeric(new Matching(type, "^(-?[0-9]{1,100}([.][0-9]{1,100})?|NaN|-?Infinity)$"));
      case "\"pg_catalog\".\"uuid\"" ->
          new Matching(type, "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$");
      default ->
          type.endsWith(CITEXT) ? new AnyText(type, equalityOfSameSchema(type)) : new AsText();
    };
  }

  String CITEXT = ".\"citext\"";

  /** By its bare name PostgreSQL takes text's operator while the schema is not in search_path. */
  private static String equalityOfSameSchema(String type) {
    return "OPERATOR(" + type.substring(0, type.length() - CITEXT.length()) + ".=)";
  }

  /** Any text is a value. */
  record AnyText(String type, String equality) implements KeyComparison {
    @Override
    public String is(String key, String number) {
      return key + " " + equality + " " + number + "::" + type;
    }

    @Override
    public String isAny(String key, String numbers) {
      return key + " " + equality + " ANY (" + numbers + "::" + type + "[])";
    }
  }

  /** Only whole numbers within the type's range, as the server writes them. */
  record Whole(String type, long largest) implements KeyComparison {
    @Override
    public String is(String key, String number) {
      return key + " = " + value(number);
    }

    @Override
    public String isAny(String key, String numbers) {
      return String.format(
          Locale.ROOT,
          "%s = ANY (ARRAY(SELECT %s FROM unnest(%s) AS n))",
          key,
          value("n"),
          numbers);
    }

    private String value(String number) {
      return String.format(
          Locale.ROOT,
          """
      CASE WHEN %1$s ~ '^(0|-?[1-9][0-9]{0,18})$'
                                  THEN CASE WHEN %1$s::numeric BETWEEN -%2$d - 1 AND %2$d THEN %1$s::%3$s END END\
      """,
          number,
          largest,
          type);
    }
  }

  /** Numbers that match are values, each written in one way alone. */
  record Matching(String type, String pattern) implements KeyComparison {
    @Override
    public String is(String key, String number) {
      return String.format(
          Locale.ROOT,
          "%s = CASE WHEN %s ~ '%s' THEN %s::%s END",
          key,
          number,
          pattern,
          number,
          type);
    }

    @Override
    public String isAny(String key, String numbers) {
      return String.format(
          Locale.ROOT,
          "%s = ANY (ARRAY(SELECT n::%s FROM unnest(%s) AS n WHERE n ~ '%s'))",
          key,
          type,
          numbers,
          pattern);
    }
  }

  /** A key with decimals, 5.00, equals the number 5 and has another text. */
  record Numeric(Matching value) implements KeyComparison {
    @Override
    public String is(String key, String number) {
      return value.is(key, number) + " AND " + key + "::text = " + number;
    }

    @Override
    public String isAny(String key, String numbers) {
      return value.isAny(key, numbers) + " AND " + key + "::text = ANY (" + numbers + ")";
    }
  }

  /** Of any other type the text of the key is compared; no index of the shop's serves that. */
  record AsText() implements KeyComparison {
    @Override
    public String is(String key, String number) {
      return key + "::text = " + number;
    }

    @Override
    public String isAny(String key, String numbers) {
      return key + "::text = ANY (" + numbers + ")";
    }
  }
}
