package io.staleorders.command;

import java.util.List;

/** What came of opening the shop's database for something that needs it. */
sealed interface Opened<T> {
  /** It is as the settings say. */
  record Ready<T>(T opened) implements Opened<T> {}

  /** It answers, but is not as the settings say; each problem says what would mend it. */
  record Unusable<T>(List<String> problems) implements Opened<T> {}

  /** It does not answer. */
  record Unreachable<T>(String message) implements Opened<T> {}
}
