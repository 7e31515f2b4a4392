package io.staleorders.command;

import java.util.function.IntSupplier;

/** Stops a long-running command in good order on SIGTERM and SIGINT. */
final class StopSignal {
  private StopSignal() {}

  /**
   * Runs {@code command}, and calls {@code stop} if the process gets a signal meanwhile. The
   * process then ends with this thread and the command's exit code; otherwise the JVM would exit
   * with 143 without waiting for the command.
   */
  static int during(IntSupplier command, Runnable stop) {
    Thread running = Thread.currentThread();
    Thread hook =
        Thread.ofPlatform()
            .unstarted(
                () -> {
                  stop.run();
                  awaitEnd(running);
                });
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return command.getAsInt();
    } finally {
      forget(hook);
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
}
