package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Settings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;

/** The migrations alone. */
@Command(
    name = "migrate",
    description = {
      "Makes schema order_closer, or brings it up to date, and ends. Needs a role that may, and of",
      "the settings DATABASE_… alone. The service's own role then needs no more than",
      "db/grants.sql gives, with MIGRATE_ON_START=false."
    },
    footer = {
      "",
      "Exit codes: 0 up to date, 1 the database does not answer, 2 settings wrong, or the role may",
      "not."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class MigrateCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(MigrateCommand.class);

  private final Environment environment;

  MigrateCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    environment.logFrom(Level.INFO);
    Optional<Settings.Database> database = environment.database();
    if (database.isEmpty()) {
      return Main.WRONG;
    }
    try (HikariDataSource pool = Pools.open(database.get(), "migrate")) {
      switch (Pools.unopened(pool, database.get()).orElse(new Opened.Ready<>(pool))) {
        case Opened.Refused<Object> refused -> {
          return environment.refuse(refused);
        }
        case Opened.Unreachable<Object> away -> {
          return ServiceCommand.unreachable(away);
        }
        case Opened.Ready<Object> ready -> {}
        case Opened.Unusable<Object> unusable -> {
          return environment.refuse(unusable.problems());
        }
      }
      List<String> problems = Pools.schema(pool, true);
      if (!problems.isEmpty()) {
        return environment.refuse(problems);
      }
      log.info("schema order_closer is up to date");
      return Main.DONE;
    } catch (JdbiException e) {
      log.error("the database went away: {}", Pools.message(e));
      return Main.FAILED;
    }
  }
}
