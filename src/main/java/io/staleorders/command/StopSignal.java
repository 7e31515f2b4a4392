package io.staleorders.command;

import java.util.function.IntSupplier;

/** How a long-running command is told to stop: by SIGTERM, or SIGINT. */
final class StopSignal {
  private StopSignal() {}

  /**
   * Runs {@code command}, and calls {@code stop} if the process is told to stop meanwhile. The
   * process then ends when this thread has ended, with the command's exit code; a JVM by itself
   * would not wait for it, and would end with 143 however well everything was stopped.
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
