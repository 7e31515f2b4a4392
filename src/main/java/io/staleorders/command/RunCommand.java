package io.staleorders.command;

import io.staleorders.config.Settings;
import io.staleorders.config.StalledLog;
import io.staleorders.order.Event;
import io.staleorders.schedule.Schedule;
import io.staleorders.sweep.StopDeadline;
import io.staleorders.wechatpay.Signatures;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import picocli.CommandLine.Command;

/** The service itself: runs until the process is told to stop. */
@Command(
    name = "run",
    description = {
      "Runs the service until it is told to stop (SIGTERM). Without a command this is what runs.",
      "A database that is away when it starts is waited for."
    },
    footer = {
      "",
      "Prints its log alone: one line an event, JSON unless LOG_FORMAT=text.",
      "Exit codes: 0 stopped in good order, 2 settings wrong, or the database not as they say:",
      "nothing was touched; event settings_invalid says what to mend."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class RunCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

  private static final Duration DATABASE_RETRY = Duration.ofSeconds(2);
  private static final Duration COLUMNS_WATCHED = Duration.ofSeconds(1);
  private static final Duration HEARTBEAT = Duration.ofMinutes(1);
  private static final Duration RETENTION = Duration.ofHours(1);
  private static final Duration FIRST_RETENTION = Duration.ofSeconds(5);
  private static final Duration CERTIFICATES = Duration.ofHours(6);

  private final Environment environment;

  RunCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    return StopSignal.during(environment.stop(), this::run, Main.DONE);
  }

  private int run() {
    Optional<Settings> settings = environment.settings();
    if (settings.isEmpty()) {
      return Main.WRONG;
    }
    environment.stop().grace(settings.get().service().shutdownGrace());
    return run(settings.get());
  }

  private int run(Settings settings) {
    HealthFile health = new HealthFile(settings.health(), InstantSource.system());
    Optional<Integer> exitCode = Optional.empty();
    while (exitCode.isEmpty()) {
      exitCode =
          switch (open(settings, health)) {
            case Opened.Unusable<Service> unusable ->
                Optional.of(environment.refuse(unusable.problems()));
            case Opened.Refused<Service> refused -> Optional.of(environment.refuse(refused));
            case Opened.Unreachable<Service> unreachable -> Optional.of(Main.DONE);
            case Opened.Ready<Service> ready -> serve(settings, ready.opened());
          };
    }
    return exitCode.get();
  }

  /** A database that is away when the service starts is waited for. */
  private Opened<Service> open(Settings settings, HealthFile health) {
    boolean said = false;
    while (true) {
      Opened<Service> opened =
          Service.open(settings, settings.service().dryRun(), () -> touch(health));
      if (!(opened instanceof Opened.Unreachable<Service> unreachable)) {
        if (said && !(opened instanceof Opened.Refused<Service>)) {
          Event.DATABASE_RECOVERED.on(log).log("the database answers");
        }
        return opened;
      }
      if (!said) {
        Event.DATABASE_UNAVAILABLE
            .on(log)
            .addKeyValue("error", unreachable.message())
            .addKeyValue("sql_state", unreachable.sqlState())
            .log("the database does not answer, or takes no writes; waiting for it");
        said = true;
      }
      if (environment.stop().await(DATABASE_RETRY)) {
        return opened;
      }
    }
  }

  /** The database answers; but a service whose log is not read stands still. */
  private static void touch(HealthFile health) {
    if (!StalledLog.isStalled()) {
      health.touch();
    }
  }

  /**
   * Until a stop is requested, or the shop's table is to be looked at anew: then without a code.
   */
  private Optional<Integer> serve(Settings settings, Service service) {
    Stop stop = environment.stop();
    if (stop.isRequested()) {
      service.close(stop.deadline());
      return Optional.of(Main.DONE);
    }
    Schedule schedule = Schedule.create(InstantSource.system());
    if (settings.service().dryRun()) {
      Duration look = settings.schedule().sweepInterval();
      schedule.every(look, look, "look", service.dryRun()::look);
      Duration interval = service.dryRun().interval();
      schedule.every(interval, Duration.ZERO, "dry-run", service.dryRun()::runToTheEnd);
      schedule.every(HEARTBEAT, HEARTBEAT, "heartbeat", service.dryRun()::beat);
    } else {
      schedule.sweep(service.sweep());
      schedule.every(HEARTBEAT, HEARTBEAT, "heartbeat", service.heartbeat()::beat);
      schedule.every(RETENTION, FIRST_RETENTION, "retention", service.retention()::run);
    }
    Consumer<StopDeadline> whenStopped =
        deadline -> {
          say(Event.SERVICE_STOPPING, settings, "service stopping");
          schedule.stopFiring();
          service.stop(deadline);
        };
    stop.whenBegun(whenStopped);
    service.refreshCertificates();
    schedule.every(CERTIFICATES, CERTIFICATES, "certificates", service::refreshCertificates);
    line(Event.SERVICE_STARTED, settings)
        .addKeyValue("signatures_by", Signatures.providerInUse())
        .log("service started");
    schedule.start();
    boolean stopped = awaitStopUnlessTableChanges(service);
    if (!stopped) {
      log.warn(
          "the columns of the shop's table have changed: the service reads them and starts over");
      stop.forget(whenStopped);
      schedule.stopFiring();
    }
    StopDeadline deadline = stop.deadline();
    service.stop(deadline);
    schedule.stop(deadline);
    service.close(deadline);
    if (!stopped) {
      return Optional.empty();
    }
    say(Event.SERVICE_STOPPED, settings, "service stopped");
    return Optional.of(Main.DONE);
  }

  private boolean awaitStopUnlessTableChanges(Service service) {
    boolean stopped = false;
    while (!stopped && !service.isTableChanged()) {
      stopped = environment.stop().await(COLUMNS_WATCHED);
    }
    return stopped || environment.stop().isRequested();
  }

  private static void say(Event event, Settings settings, String message) {
    line(event, settings).log(message);
  }

  private static LoggingEventBuilder line(Event event, Settings settings) {
    LoggingEventBuilder line = event.on(log).addKeyValue("version", Version.text());
    for (Map.Entry<String, Object> setting : settings.shown().entrySet()) {
      line = line.addKeyValue(setting.getKey(), setting.getValue());
    }
    return line;
  }
}
