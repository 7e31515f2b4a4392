package io.staleorders.command;

import io.staleorders.config.Settings;
import io.staleorders.store.OpenStore.DueNow;
import io.staleorders.sweep.DryRun;
import io.staleorders.sweep.Sweep;
import io.staleorders.sweep.SweepSummary;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sweeps until nothing is due. */
@Command(
    name = "once",
    description = {
      "Closes what is due now, and ends. What has to be tried again later is left to the next time,",
      "or to a running service: it may run beside one."
    },
    footer = {
      "",
      "On a terminal: a progress bar and a summary, and of the log what is worth a look. Elsewhere",
      "the log, as of the service; its last line is the summary.",
      "",
      "Exit codes: 0 nothing is due but what its sub-merchant's pause holds back, 1 the database",
      "went away, the account is paused, this machine's clock is wrong, or it was stopped (SIGTERM,",
      "SIGINT) while something was left, 2 settings wrong."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class OnceCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(OnceCommand.class);

  private final Environment environment;
  private final InstantSource clock;
  private Supplier<PrintWriter> out = () -> new PrintWriter(Writer.nullWriter());

  @Option(
      names = "--dry-run",
      description = {
        "Ask WeChat Pay about every due order and say what would be done; close nothing, change no",
        "order. (The same as DRY_RUN=true.)"
      })
  private boolean dryRun;

  OnceCommand(Environment environment, InstantSource clock) {
    this.environment = environment;
    this.clock = clock;
  }

  /** Called by picocli before anything is parsed. */
  @Spec
  void spec(CommandSpec spec) {
    out = () -> spec.commandLine().getOut();
  }

  @Override
  public Integer call() {
    environment.logFrom(environment.progressBar().isPresent() ? Level.WARN : Level.INFO);
    return ServiceCommand.with(environment, this::isDry, this::run);
  }

  private int run(Settings settings, Service service) {
    return isDry(settings) ? ask(service.dryRun()) : sweep(service);
  }

  private boolean isDry(Settings settings) {
    return dryRun || settings.service().dryRun();
  }

  private int ask(DryRun dryRun) {
    long begun = clock.millis();
    Progress.during(
        environment, "asking", () -> new Progress.Reached(dryRun.total().orders(), 0), dryRun::run);
    DryRun.Summary summary = dryRun.total();
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("would_close", summary.close());
    counts.put("would_mark_paid", summary.markPaid());
    counts.put("would_keep", summary.keep());
    summarise(
        dryRun.isBrokenOff()
            ? "dry run stopped before all were asked about, nothing was changed"
            : "dry run finished, nothing was changed",
        counts,
        begun);
    return dryRun.isBrokenOff() ? Main.FAILED : Main.DONE;
  }

  private int sweep(Service service) {
    long begun = clock.millis();
    Sweep sweep = service.sweep();
    DueTotal dueTotal = new DueTotal(() -> service.open().dueNow().orders());
    Progress.during(
        environment,
        "closing",
        () -> dueTotal.reached(sweep.total().orders()),
        () -> {
          untilNothingIsDue(sweep);
          dueTotal.countAnew();
        });
    boolean stopped = environment.stop().isRequested();
    Optional<DueNow> left = stopped || sweep.mayCall() ? dueNow(service) : Optional.empty();
    SweepSummary total = sweep.total();
    Map<String, Long> counts = new LinkedHashMap<>();
    counts.put("closed", total.closed());
    counts.put("paid", total.paid());
    counts.put("not_found", total.notFound());
    counts.put("retried", total.retried());
    counts.put("abandoned", total.abandoned());
    counts.put("superseded", total.superseded());
    counts.put("due_but_paused", left.map(DueNow::paused).orElse(0L));
    if (stopped) {
      left.ifPresent(due -> counts.put("still_due", due.orders() - due.paused()));
    }
    counts.put("calls", total.calls());
    boolean isDone =
        stopped
            ? sweep.hasScannedAll() && left.filter(OnceCommand::isNothing).isPresent()
            : sweep.mayCall() && left.filter(due -> !due.accountPaused()).isPresent();
    summarise(heading(stopped, isDone, sweep), counts, begun);
    return isDone ? Main.DONE : Main.FAILED;
  }

  private static String heading(boolean stopped, boolean isDone, Sweep sweep) {
    if (stopped && !isDone) {
      return sweep.hasScannedAll()
          ? "stopped, the rest is left for the next time"
          : "stopped, the rest is left for the next time; more may be due than was counted";
    }
    return stopped || sweep.mayCall() ? "finished" : "broken off";
  }

  private static boolean isNothing(DueNow left) {
    return left.orders() == left.paused() && !left.accountPaused();
  }

  /** What is left; absent if the database does not answer. */
  private static Optional<DueNow> dueNow(Service service) {
    try {
      return Optional.of(service.open().dueNow());
    } catch (JdbiException e) {
      log.warn("what is left is not known: {}", Pools.message(e));
      return Optional.empty();
    }
  }

  private static void untilNothingIsDue(Sweep sweep) {
    Duration wait = Duration.ZERO;
    while (wait.isZero() && sweep.mayCall()) {
      wait = sweep.run();
    }
  }

  private void summarise(String heading, Map<String, Long> counts, long begun) {
    long millis = clock.millis() - begun;
    if (environment.isForPeople()) {
      out.get().println(heading);
      counts.forEach(
          (name, count) ->
              out.get().printf(Locale.ROOT, "  %-18s %,7d%n", name.replace('_', ' '), count));
      out.get().printf(Locale.ROOT, "  %-18s %,7.1f s%n", "took", millis / 1e3);
      out.get().flush();
      return;
    }
    LoggingEventBuilder line = log.atInfo();
    for (Map.Entry<String, Long> count : counts.entrySet()) {
      line = line.addKeyValue(count.getKey(), count.getValue());
    }
    line.addKeyValue("duration_ms", millis).log("once: {}", heading);
  }
}
