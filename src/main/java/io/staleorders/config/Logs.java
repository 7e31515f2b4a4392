package io.staleorders.config;

import java.util.Map;
import java.util.Optional;
import org.slf4j.event.Level;

/** How the service logs. */
public record Logs(LogFormat format, Level level) {
  /** Before anything is read. */
  public static final Logs DEFAULT = new Logs(LogFormat.JSON, Level.INFO);

  /** What the environment says, or the default where it says nothing valid: for logging faults. */
  public static Logs of(Map<String, String> environment) {
    return new Logs(
        valid(environment, Variables.LOG_FORMAT).orElse(DEFAULT.format()),
        valid(environment, Variables.LOG_LEVEL).orElse(DEFAULT.level()));
  }

  private static <T> Optional<T> valid(Map<String, String> environment, Variable<T> variable) {
    return Optional.ofNullable(environment.get(variable.name()))
        .flatMap(text -> variable.kind().read(text.strip()));
  }
}
