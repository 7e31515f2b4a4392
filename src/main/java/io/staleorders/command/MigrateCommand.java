package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Settings;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jdbi.v3.core.ConnectionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;

/** The migrations alone. */
@Command(
    name = "migrate",
    description = "Makes schema order_closer, or brings it up to date, and ends.",
    mixinStandardHelpOptions = true)
public final class MigrateCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(MigrateCommand.class);

  private final Environment environment;

  MigrateCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    Optional<Settings.Database> database = environment.database();
    if (database.isEmpty()) {
      return Main.WRONG;
    }
    try (HikariDataSource pool = Pools.open(database.get(), "migrate")) {
      Optional<String> silent = Pools.unreachable(pool);
      if (silent.isPresent()) {
        log.error("the database does not answer: {}", silent.get());
        return Main.FAILED;
      }
      List<String> problems = Pools.schema(pool, true);
      problems.forEach(problem -> log.error("{}", problem));
      if (!problems.isEmpty()) {
        return Main.FAILED;
      }
      log.info("schema order_closer is up to date");
      return Main.DONE;
    } catch (ConnectionException e) {
      log.error("the database went away: {}", Pools.message(e));
      return Main.FAILED;
    }
  }
}
