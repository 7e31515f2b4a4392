package io.staleorders.store;

import java.time.Duration;

/** Ages for people, to about a tenth. */
final class Ages {
  private Ages() {}

  /**
   * As "3 h old" or "8 h in the future".
   *
   * @param seconds negative for the future
   */
  static String text(long seconds) {
    return duration(Duration.ofSeconds(Math.abs(seconds)))
        + (seconds < 0 ? " in the future" : " old");
  }

  private static String duration(Duration age) {
    if (age.toSeconds() < 120) {
      return age.toSeconds() + " s";
    }
    if (age.toMinutes() < 120) {
      return age.toMinutes() + " min";
    }
    return age.toHours() < 48 ? age.toHours() + " h" : age.toDays() + " days";
  }
}
