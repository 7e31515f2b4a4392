package io.staleorders.command;

import java.util.List;

/** What came of opening the shop's database. */
sealed interface Opened {
  /** It is as the settings say. */
  record Ready(Service service) implements Opened {}

  /** It answers, but is not as the settings say; each problem says what would mend it. */
  record Unusable(List<String> problems) implements Opened {}

  /** It does not answer. */
  record Unreachable(String message) implements Opened {}
}
