package io.staleorders.command;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far a command has come: a bar on a terminal, else a line in the log now and then. */
final class Progress {
  private static final Logger log = LoggerFactory.getLogger(Progress.class);

  private static final Duration BAR = Duration.ofMillis(300);
  private static final Duration LINE = Duration.ofSeconds(10);
  private static final Duration LAST_LOOK = Duration.ofMillis(200);
  private static final int WIDTH = 78;

  private Progress() {}

  /**
   * @param orders of which something has become
   * @param total of orders known of so far; it may grow, and 0 is not known
   */
  record Reached(long orders, long total) {}

  /** Does {@code work}, and shows how far it has come meanwhile. */
  static void during(
      Environment environment, String task, Supplier<Reached> reached, Runnable work) {
    Optional<PrintStream> terminal = environment.progressBar();
    if (terminal.isEmpty()) {
      every(
          LINE,
          reached,
          now -> log.info("{}: {} of {} orders", task, now.orders(), now.total()),
          work);
      return;
    }
    try (ProgressBar bar = bar(task, terminal.get())) {
      every(BAR, reached, now -> draw(bar, now), work);
      look(reached).ifPresent(now -> draw(bar, now));
    }
  }

  private static void draw(ProgressBar bar, Reached now) {
    // Without a total it shows that something goes on.
    bar.maxHint(now.total() == 0 ? -1 : Math.max(now.total(), now.orders()));
    bar.stepTo(now.orders());
  }

  private static void every(
      Duration time, Supplier<Reached> reached, Consumer<Reached> show, Runnable work) {
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
    ScheduledFuture<?> looks =
        clock.scheduleAtFixedRate(
            () -> look(reached).ifPresent(show),
            time.toMillis(),
            time.toMillis(),
            TimeUnit.MILLISECONDS);
    try {
      work.run();
    } finally {
      looks.cancel(false);
      end(clock);
    }
  }

  /** A count that hangs in the database must not hold up the end of the work. */
  private static void end(ScheduledExecutorService clock) {
    clock.shutdownNow();
    try {
      clock.awaitTermination(LAST_LOOK.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** A look that fails is no reason to look no more, nor to end the work. */
  private static Optional<Reached> look(Supplier<Reached> reached) {
    try {
      return Optional.of(reached.get());
    } catch (RuntimeException e) {
      log.debug("how far it has come is not known just now", e);
      return Optional.empty();
    }
  }

  private static ProgressBar bar(String task, PrintStream terminal) {
    return new ProgressBarBuilder()
        .setTaskName(task)
        .setUnit(" orders", 1)
        .setStyle(ProgressBarStyle.ASCII)
        .setUpdateIntervalMillis((int) BAR.toMillis())
        .setConsumer(new ConsoleProgressBarConsumer(terminal, WIDTH))
        .build();
  }
}
