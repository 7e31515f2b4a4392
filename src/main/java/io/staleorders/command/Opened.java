package io.staleorders.command;

import java.util.List;

/** What came of opening the shop's database for something that needs it. */
sealed interface Opened<T> {
  /** It is as the settings say. */
  record Ready<T>(T opened) implements Opened<T> {}

  /** It answers, but is not as the settings say; each problem says what would mend it. */
  record Unusable<T>(List<String> problems) implements Opened<T> {}

  /** Its server refuses the login, and will until the settings or the role are corrected. */
  record Refused<T>(String problem, String sqlState) implements Opened<T> {}

  /**
   * It does not answer, or takes no writes: the service waits for it, other commands do not.
   *
   * @param sqlState empty if there is none
   * @param exitCode of a command that does not wait
   */
  record Unreachable<T>(String message, String sqlState, int exitCode) implements Opened<T> {
    Unreachable(String message, String sqlState) {
      this(message, sqlState, Main.FAILED);
    }
  }
}
