package io.staleorders.command;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stops a long-running command in good order on SIGTERM and SIGINT. */
final class StopSignal {
  private static final Logger log = LoggerFactory.getLogger(StopSignal.class);

  /** After the deadline of a stop: whatever still runs then, a stalled log say, is cut off. */
  private static final Duration TO_HALT = Duration.ofMillis(200);

  /** How often the deadline is looked at. */
  private static final Duration TURN = Duration.ofMillis(50);

  private StopSignal() {}

  /**
   * Runs {@code command}, and calls {@code stop} if the process gets a signal meanwhile. The
   * process then ends with this thread and the command's exit code; otherwise the JVM would exit
   * with 143 without waiting for the command.
   */
  static int during(IntSupplier command, Runnable stop) {
    Thread running = Thread.currentThread();
    return hooked(
        () -> {
          stop.run();
          awaitEnd(running);
        },
        command);
  }

  /**
   * Runs {@code work} on a thread of its own, which is left behind if a stop is requested and it
   * does not end by the stop's deadline. Even a thread that hangs in the database or in a stalled
   * log then holds the process no longer.
   *
   * @param work returns the exit code
   * @param cutOff exit code if it did not end
   */
  static int during(Stop stop, Callable<Integer> work, int cutOff) {
    Thread running = Thread.currentThread();
    return hooked(
        () -> {
          stop.request();
          if (!awaitEnd(running, stop)) {
            Runtime.getRuntime().halt(cutOff);
          }
        },
        () -> untilStopped(stop, work, cutOff));
  }

  private static int hooked(Runnable onSignal, IntSupplier command) {
    Thread hook = Thread.ofPlatform().unstarted(onSignal);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return command.getAsInt();
    } finally {
      forget(hook);
    }
  }

  private static int untilStopped(Stop stop, Callable<Integer> work, int cutOff) {
    CompletableFuture<Integer> result = new CompletableFuture<>();
    Thread.ofPlatform().name("command").daemon().start(() -> complete(result, work));
    try {
      CompletableFuture.anyOf(result.exceptionally(failure -> cutOff), stop.requested()).get();
      if (!stop.isRequested()) {
        return result.get();
      }
      stop.begin();
      return atDeadline(stop, result, cutOff);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return cutOff;
    }
  }

  private static int atDeadline(Stop stop, CompletableFuture<Integer> result, int cutOff)
      throws ExecutionException, InterruptedException {
    while (stop.deadline().toEnd().isPositive()) {
      try {
        return result.get(TURN.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // The grace may come to be known meanwhile, and the deadline with it.
      }
    }
    log.warn("stopped before everything had ended: the rest is cut off");
    return cutOff;
  }

  private static void complete(CompletableFuture<Integer> result, Callable<Integer> work) {
    try {
      result.complete(work.call());
    } catch (Throwable e) {
      result.completeExceptionally(e);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is stopping: the hook waits for this thread, and its exit code.
    }
  }

  private static void awaitEnd(Thread running) {
    try {
      running.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether it ended in time. */
  private static boolean awaitEnd(Thread running, Stop stop) {
    try {
      while (running.isAlive() && stop.deadline().toEnd().isPositive()) {
        running.join(TURN);
      }
      return running.join(TO_HALT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
