package io.staleorders.command;

import io.staleorders.config.Settings;
import io.staleorders.sweep.DryRun;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** One sweep. */
@Command(
    name = "once",
    description = "Closes what is due now, and ends.",
    mixinStandardHelpOptions = true)
public final class OnceCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(OnceCommand.class);

  private final Environment environment;

  @Option(
      names = "--dry-run",
      description = "Ask WeChat Pay about every due order, and say what would be done.")
  private boolean dryRun;

  OnceCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    Optional<Settings> settings = environment.settings();
    if (settings.isEmpty()) {
      return Main.WRONG;
    }
    return switch (Service.open(settings.get(), () -> {})) {
      case Opened.Unusable unusable -> {
        RunCommand.refuse(unusable.problems());
        yield Main.WRONG;
      }
      case Opened.Unreachable unreachable -> {
        log.error("the database does not answer: {}", unreachable.message());
        yield Main.FAILED;
      }
      case Opened.Ready ready -> run(settings.get(), ready.service());
    };
  }

  private int run(Settings settings, Service service) {
    try (service) {
      if (dryRun || settings.service().dryRun()) {
        DryRun.Summary summary = service.dryRun().run();
        log.info(
            "dry run: {} would be closed, {} marked paid, {} left as they are",
            summary.close(),
            summary.markPaid(),
            summary.keep());
        return Main.DONE;
      }
      Duration wait = Duration.ZERO;
      while (wait.isZero() && !service.sweep().isDatabaseAway()) {
        wait = service.sweep().run();
      }
      return service.sweep().isDatabaseAway() ? Main.FAILED : Main.DONE;
    }
  }
}
