package io.staleorders.command;

import io.staleorders.config.Settings;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;

/** For a container's health check. */
@Command(
    name = "health",
    description = {
      "For a container's health check, in the container of the service. Asks nobody: it looks at the",
      "age of HEALTH_FILE, which the service touches while it ticks, its database answers and its log",
      "is read."
    },
    footer = {
      "",
      "Prints nothing when all is well.",
      "Exit codes: 0 the file is younger than 3 x SWEEP_INTERVAL, 1 it is not, 2 settings wrong."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class HealthCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(HealthCommand.class);

  private final Environment environment;

  HealthCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    environment.logFrom(Level.ERROR);
    Optional<Settings.Health> settings = environment.health();
    if (settings.isEmpty()) {
      return Main.WRONG;
    }
    Settings.Health health = settings.get();
    if (new HealthFile(health, InstantSource.system()).isYoung()) {
      return Main.DONE;
    }
    log.error(
        "not healthy: {} was not touched for 3 sweep intervals; the service is not running, or its database does not answer, or its log is not read",
        health.healthFile());
    return Main.FAILED;
  }
}
