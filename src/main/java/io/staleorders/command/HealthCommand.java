package io.staleorders.command;

import io.staleorders.config.Settings;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** For a container's health check. */
@Command(
    name = "health",
    description = "Ends with 0 while the service ticks and its database answers.",
    mixinStandardHelpOptions = true)
public final class HealthCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(HealthCommand.class);

  private final Environment environment;

  HealthCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    Optional<Settings.Health> settings = environment.health();
    if (settings.isEmpty()) {
      return Main.WRONG;
    }
    Settings.Health health = settings.get();
    if (new HealthFile(health, InstantSource.system()).isYoung()) {
      return Main.DONE;
    }
    log.error(
        "not healthy: {} was not touched for 3 sweep intervals; the service is not running, or its database does not answer",
        health.healthFile());
    return Main.FAILED;
  }
}
