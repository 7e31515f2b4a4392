package io.staleorders.command;

import io.staleorders.config.Settings;
import io.staleorders.order.Event;
import io.staleorders.schedule.Schedule;
import io.staleorders.wechatpay.Signatures;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import picocli.CommandLine.Command;

/** The service itself: runs until the process is told to stop. */
@Command(
    name = "run",
    description = "Runs the service until it is told to stop (SIGTERM). The default.",
    mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(RunCommand.class);

  private static final Duration DATABASE_RETRY = Duration.ofSeconds(2);
  private static final Duration HEARTBEAT = Duration.ofMinutes(1);
  private static final Duration RETENTION = Duration.ofHours(1);
  private static final Duration CERTIFICATES = Duration.ofHours(6);

  private final Environment environment;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  RunCommand(Environment environment) {
    this.environment = environment;
  }

  @Override
  public Integer call() {
    Optional<Settings> settings = environment.settings();
    if (settings.isEmpty()) {
      return Main.WRONG;
    }
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(this::stopAndWait));
    try {
      return run(settings.get());
    } finally {
      ended.countDown();
    }
  }

  private int run(Settings settings) {
    HealthFile health = new HealthFile(settings.service().healthFile(), InstantSource.system());
    return switch (open(settings, health)) {
      case Opened.Unusable unusable -> {
        refuse(unusable.problems());
        yield Main.WRONG;
      }
      case Opened.Unreachable unreachable -> Main.DONE;
      case Opened.Ready ready -> {
        serve(settings, ready.service());
        yield Main.DONE;
      }
    };
  }

  /** A database that is away when the service starts is waited for. */
  private Opened open(Settings settings, HealthFile health) {
    boolean said = false;
    while (true) {
      Opened opened = Service.open(settings, health::touch);
      if (!(opened instanceof Opened.Unreachable unreachable)) {
        if (said) {
          Event.DATABASE_RECOVERED.on(log).log("the database answers");
        }
        return opened;
      }
      if (!said) {
        Event.DATABASE_UNAVAILABLE
            .on(log)
            .addKeyValue("error", unreachable.message())
            .log("the database does not answer; waiting for it");
        said = true;
      }
      if (awaitStop(DATABASE_RETRY)) {
        return opened;
      }
    }
  }

  private void serve(Settings settings, Service service) {
    Schedule schedule = Schedule.create();
    if (settings.service().dryRun()) {
      Duration interval = service.dryRun().interval();
      schedule.every(interval, Duration.ZERO, "dry-run", service.dryRun()::run);
    } else {
      schedule.sweep(service.sweep());
      schedule.every(HEARTBEAT, HEARTBEAT, "heartbeat", service.heartbeat()::beat);
      schedule.every(RETENTION, HEARTBEAT, "retention", service.retention()::run);
    }
    service.refreshCertificates();
    schedule.every(CERTIFICATES, CERTIFICATES, "certificates", service::refreshCertificates);
    line(Event.SERVICE_STARTED, settings)
        .addKeyValue("signatures_by", Signatures.providerInUse())
        .log("service started");
    schedule.start();
    awaitStop(Duration.ofDays(365_000));
    say(Event.SERVICE_STOPPING, settings, "service stopping");
    schedule.stopFiring();
    service.close();
    schedule.close();
    say(Event.SERVICE_STOPPED, settings, "service stopped");
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

  static void refuse(List<String> problems) {
    Event.SETTINGS_INVALID
        .on(log)
        .addKeyValue("problems", problems)
        .log("the database is not as the settings say; nothing was touched");
  }

  private boolean awaitStop(Duration atMost) {
    try {
      return stop.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  /** For the JVM's shutdown: it ends when this returns. */
  private void stopAndWait() {
    stop.countDown();
    try {
      ended.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
