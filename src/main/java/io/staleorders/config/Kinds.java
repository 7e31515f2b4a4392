package io.staleorders.config;

import io.staleorders.order.MerchantId;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** The kinds of values that settings take. */
final class Kinds {
  private static final int LONGEST_STATUS = 100;
  private static final int MOST_IN_LIST = 100;
  private static final int SECONDS_AN_HOUR = 3600;

  static final Kind<Boolean> FLAG = oneOf(Map.of("true", true, "false", false), "true or false");

  static final Kind<MerchantId> MERCHANT =
      text("digits, at most 32", MerchantId::isWellFormed).then(MerchantId::new);

  static final Kind<String> SERIAL =
      text("hexadecimal digits, at most 64", "[0-9A-Fa-f]{1,64}")
          .then(serial -> serial.toUpperCase(Locale.ROOT));

  static final Kind<String> PUBLIC_KEY_ID =
      text("PUB_KEY_ID_ and letters or digits", "PUB_KEY_ID_[0-9A-Za-z_]{1,64}");

  static final Kind<Secret> SECRET = text("a text", value -> true).then(Secret::new);

  static final Kind<Secret> API_V3_KEY =
      text("exactly 32 bytes", value -> bytes(value) == 32).then(Secret::new);

  static final Kind<String> COLUMN =
      text(
          "the name of a column, at most 63 bytes, as spelt in the database, without quotes",
          Kinds::isIdentifier);

  static final Kind<Settings.Table> TABLE =
      new Kind<>(
          "table or schema.table, each at most 63 bytes, as spelt in the database, without quotes",
          Kinds::table);

  static final Kind<String> STATUS = text("a text of at most 100 characters", Kinds::isStatus);

  static final Kind<List<String>> STATUSES =
      new Kind<>("a comma-separated list of values, at most 100 characters each", Kinds::list);

  static final Kind<ZoneId> ZONE =
      new Kind<>(
          "a region such as Asia/Shanghai, UTC, or a whole-hour offset such as +08:00",
          Kinds::zone);

  static final Kind<Path> PATH = new Kind<>("a path", Kinds::path);

  static final Kind<String> NAME =
      text("at most 100 printable characters", "[^\\p{C}\\p{Zl}\\p{Zp}]{1,100}");

  private Kinds() {}

  static Kind<Integer> number(int least, int most) {
    return new Kind<>(
        "a whole number from " + least + " to " + most,
        text ->
            Optional.of(text)
                .filter(digits -> digits.matches("[0-9]{1,9}"))
                .map(Integer::valueOf)
                .filter(number -> number >= least && number <= most));
  }

  static Kind<Duration> duration(Duration least, Duration most) {
    return new Kind<>(
        String.format(
            Locale.ROOT,
            "a duration from %s to %s, written %s",
            Durations.text(least),
            Durations.text(most),
            Durations.FORMS),
        text ->
            Durations.read(text)
                .filter(given -> given.compareTo(least) >= 0 && given.compareTo(most) <= 0));
  }

  /** One of the constants, by the text that {@code spelt} gives it; case does not count. */
  static <E extends Enum<E>> Kind<E> oneOf(Function<E, String> spelt, List<E> constants) {
    List<String> names = constants.stream().map(spelt).toList();
    return new Kind<>(
        "one of " + String.join(", ", names),
        text -> constants.stream().filter(e -> e.name().equalsIgnoreCase(text)).findFirst());
  }

  private static <T> Kind<T> oneOf(Map<String, T> values, String allowed) {
    return new Kind<>(
        allowed, text -> Optional.ofNullable(values.get(text.toLowerCase(Locale.ROOT))));
  }

  private static Kind<String> text(String allowed, Predicate<String> test) {
    return new Kind<>(allowed, value -> Optional.of(value).filter(test));
  }

  private static Kind<String> text(String allowed, String regex) {
    return text(allowed, value -> value.matches(regex));
  }

  private static boolean isIdentifier(String text) {
    return !text.isEmpty() && bytes(text) <= 63 && text.indexOf('"') < 0 && text.indexOf(0) < 0;
  }

  private static Optional<Settings.Table> table(String text) {
    String[] parts = text.split("\\.", -1);
    if (parts.length > 2 || !Stream.of(parts).allMatch(Kinds::isIdentifier)) {
      return Optional.empty();
    }
    return Optional.of(
        parts.length == 1
            ? new Settings.Table(Optional.empty(), parts[0])
            : new Settings.Table(Optional.of(parts[0]), parts[1]));
  }

  private static boolean isStatus(String text) {
    return !text.isEmpty() && text.length() <= LONGEST_STATUS && text.indexOf(0) < 0;
  }

  private static Optional<List<String>> list(String text) {
    List<String> values =
        Stream.of(text.split(",", -1))
            .map(String::strip)
            .filter(value -> !value.isEmpty())
            .distinct()
            .toList();
    return Optional.of(values)
        .filter(v -> !v.isEmpty() && v.size() <= MOST_IN_LIST)
        .filter(v -> v.stream().allMatch(Kinds::isStatus));
  }

  /**
   * A zone that Java and PostgreSQL read alike. An offset becomes a region of the Etc area, because
   * PostgreSQL reads the sign of a bare offset the other way round.
   */
  private static Optional<ZoneId> zone(String text) {
    // The SystemV names are Java's alone.
    if (ZoneId.getAvailableZoneIds().contains(text) && !text.startsWith("SystemV/")) {
      return Optional.of(ZoneId.of(text));
    }
    try {
      int seconds = ZoneOffset.of(text).getTotalSeconds();
      int hours = seconds / SECONDS_AN_HOUR;
      if (seconds % SECONDS_AN_HOUR != 0 || hours < -12 || hours > 14) {
        return Optional.empty();
      }
      return Optional.of(
          hours == 0
              ? ZoneId.of("UTC")
              : ZoneId.of(String.format(Locale.ROOT, "Etc/GMT%+d", -hours)));
    } catch (DateTimeException notAnOffset) {
      return Optional.empty();
    }
  }

  private static Optional<Path> path(String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException notAPath) {
      return Optional.empty();
    }
  }

  private static int bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }
}
