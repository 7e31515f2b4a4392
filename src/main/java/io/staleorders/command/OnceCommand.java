package io.staleorders.command;

import io.staleorders.config.Settings;
import io.staleorders.sweep.DryRun;
import io.staleorders.sweep.Sweep;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Sweeps until nothing is due. */
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
    return ServiceCommand.with(environment, this::run);
  }

  private int run(Settings settings, Service service) {
    return dryRun || settings.service().dryRun() ? ask(service.dryRun()) : sweep(service.sweep());
  }

  private static int ask(DryRun dryRun) {
    DryRun.Summary summary = dryRun.run();
    log.info(
        "dry run: {} would be closed, {} marked paid, {} left as they are",
        summary.close(),
        summary.markPaid(),
        summary.keep());
    return Main.DONE;
  }

  private static int sweep(Sweep sweep) {
    Duration wait = Duration.ZERO;
    while (wait.isZero() && !sweep.isDatabaseAway()) {
      wait = sweep.run();
    }
    return sweep.isDatabaseAway() ? Main.FAILED : Main.DONE;
  }
}
