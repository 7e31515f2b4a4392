package io.staleorders.testkit;

import java.util.Map;

/** How test servers run: fast, since nothing on them has to outlive a power cut, and not in UTC. */
final class PostgresSettings {
  static final Map<String, String> ALL =
      Map.of(
          // A zone with daylight saving: code that forgets its zone is found out.
          "timezone", "America/New_York",
          "fsync", "off",
          "synchronous_commit", "off",
          "full_page_writes", "off",
          "max_connections", "200",
          "jit", "off");

  private PostgresSettings() {}
}
