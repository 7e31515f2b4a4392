package io.staleorders.demo;

import io.staleorders.config.LogFormat;
import io.staleorders.config.LogSetup;
import io.staleorders.config.Logs;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.testkit.EmbeddedServer;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.ServiceProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.event.Level;

/**
 * The service at work: a real PostgreSQL, the real service as a process of its own, the sandbox in
 * WeChat Pay's place, and orders of every kind. Ends by itself, with exit code 0 only if all became
 * of them that was expected. It leaves nothing behind, also when it is interrupted.
 */
public final class Demo {
  /** How long the orders have, from the start, to become what is expected. */
  private static final Duration TIME_TO_SETTLE = Duration.ofSeconds(25);

  /** When it is ended, whatever hangs: in good order, and if need be without. */
  private static final Duration LIMIT = Duration.ofSeconds(28);

  private static final Duration LAST_LIMIT = Duration.ofSeconds(29);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(300);

  private final Screen screen = new Screen();
  private final Stopwatch sinceStart = Stopwatch.start();

  private Demo() {}

  /** Runs it. */
  public static void main(String[] args) {
    LogSetup.apply(new Logs(LogFormat.TEXT, Level.WARN));
    Demo demo = new Demo();
    demo.endInTime();
    Runtime.getRuntime().addShutdownHook(new Thread(demo.screen::goDark));
    System.exit(demo.run() ? 0 : 1);
  }

  private void endInTime() {
    after(
        LIMIT,
        () -> {
          screen.heading("This takes too long: ending it");
          System.exit(1);
        });
    after(LAST_LIMIT, () -> Runtime.getRuntime().halt(1));
  }

  private static void after(Duration time, Runnable what) {
    CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS).execute(what);
  }

  private boolean run() {
    screen.line("stale-order-closer at work. All of it runs on this machine, and ends with it.");
    screen.line("");
    // Making keys takes a moment too.
    CompletableFuture<Sandbox> starting = CompletableFuture.supplyAsync(Sandbox::start);
    try (EmbeddedServer postgres =
            screen.doing("Starting PostgreSQL", Postgres::ownServer, Demo::address);
        Sandbox sandbox =
            screen.doing(
                "Starting the sandbox, in WeChat Pay's place", starting::join, Sandbox::baseUrl);
        DemoShop shop =
            screen.doing(
                "Opening a shop",
                () -> DemoShop.open(postgres.database()),
                open -> open.size() + " orders, nearly all made hours ago")) {
      sandbox.script(new Meanwhile(sandbox, shop));
      boolean stopped = serve(postgres, sandbox, shop);
      return report(shop.orders(sandbox)) && stopped;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static String address(EmbeddedServer postgres) {
    return postgres.database().jdbcUrl().replace("jdbc:", "");
  }

  /** Whether the service stopped when it was told to, and not before. */
  private boolean serve(EmbeddedServer postgres, Sandbox sandbox, DemoShop shop)
      throws InterruptedException {
    screen.heading("Starting the service, with short delays. Its log, long lines cut:");
    try (ServiceProcess service =
        ServiceProcess.start(
            DemoSettings.of(postgres.database(), sandbox, healthFile()), screen::logLine)) {
      boolean settled = watch(service, sandbox, shop);
      if (!service.isRunningAfter(Duration.ZERO)) {
        screen.heading("The service has ended by itself");
        return false;
      }
      screen.heading(
          (settled ? "All has come as expected" : "Not all has come as expected in time")
              + "; telling the service to stop:");
      boolean stopped = service.stop();
      if (!stopped) {
        screen.heading("The service did not stop, and was killed");
      }
      return stopped;
    }
  }

  /** Waits until all is as expected, or time is up. */
  private boolean watch(ServiceProcess service, Sandbox sandbox, DemoShop shop)
      throws InterruptedException {
    while (!sinceStart.isOver(TIME_TO_SETTLE) && service.isRunningAfter(BETWEEN_LOOKS)) {
      if (shop.isKnownToService()) {
        if (shop.bringSecondLookForward()) {
          screen.line(
              "-- Not waiting 15 minutes: the second look at LATE-0001 is brought forward --");
        }
        if (Kind.of(shop.orders(sandbox)).stream().allMatch(Kind::isAsExpected)) {
          return true;
        }
      }
    }
    return false;
  }

  private boolean report(List<Became> orders) {
    screen.heading("What became of the orders");
    screen.line("");
    Report report = new Report(Kind.of(orders), Promise.over(orders, DemoSettings.CLOSE_DELAY));
    report.lines().forEach(screen::line);
    screen.line("Ended after " + Screen.seconds(sinceStart.elapsed()) + ".");
    return report.isAllAsExpected();
  }

  private static Path healthFile() {
    try {
      Path file = Files.createTempFile("stale-order-closer-demo-", "");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
