package io.staleorders.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Durations as settings write them: {@code 500ms}, {@code 90s}, {@code 15m}, {@code 12h}, {@code
 * 7d} or ISO-8601; none is negative.
 */
public final class Durations {
  /** How a duration is written, for people. */
  public static final String FORMS = "500ms, 90s, 15m, 12h, 7d or as ISO-8601";

  // Twelve digits of days still fit a Duration.
  private static final Pattern SHORT = Pattern.compile("([0-9]{1,12})(ms|[smhd])");

  /** More milliseconds than these are not read in the short form. */
  private static final Duration MOST_MILLIS = Duration.ofMillis(999_999_999_999L);

  private Durations() {}

  /** The duration that {@code text} says, empty if it says none. */
  public static Optional<Duration> read(String text) {
    Matcher matcher = SHORT.matcher(text);
    if (matcher.matches()) {
      return Optional.of(of(Long.parseLong(matcher.group(1)), matcher.group(2)));
    }
    if (!text.toUpperCase(Locale.ROOT).startsWith("P")) {
      return Optional.empty();
    }
    try {
      return Optional.of(Duration.parse(text)).filter(duration -> !duration.isNegative());
    } catch (DateTimeParseException notIso) {
      return Optional.empty();
    }
  }

  private static Duration of(long amount, String unit) {
    return switch (unit) {
      case "ms" -> Duration.ofMillis(amount);
      case "s" -> Duration.ofSeconds(amount);
      case "m" -> Duration.ofMinutes(amount);
      case "h" -> Duration.ofHours(amount);
      default -> Duration.ofDays(amount);
    };
  }

  /** The shortest text that {@link #read} reads as {@code duration}. */
  public static String text(Duration duration) {
    long seconds = duration.toSeconds();
    if (duration.toNanosPart() != 0) {
      boolean isWholeMillis = duration.toNanosPart() % 1_000_000 == 0;
      return isWholeMillis && duration.compareTo(MOST_MILLIS) <= 0
          ? duration.toMillis() + "ms"
          : duration.toString();
    }
    if (seconds == 0 || seconds % 60 != 0) {
      return seconds + "s";
    }
    if (seconds % 3600 != 0) {
      return seconds / 60 + "m";
    }
    return seconds % 86400 != 0 ? seconds / 3600 + "h" : seconds / 86400 + "d";
  }
}
