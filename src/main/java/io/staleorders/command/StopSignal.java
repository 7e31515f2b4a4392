package io.staleorders.command;

/** How a command that runs for long is told to stop: by SIGTERM, or SIGINT. */
final class StopSignal {
  private StopSignal() {}

  /**
   * Calls {@code stop} when the process is told to stop. The process then ends when the command
   * does that runs in this thread, with its exit code; by itself a JVM would not wait for it, and
   * would end with 143 however well all was stopped.
   */
  static void tell(Runnable stop) {
    Thread command = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .unstarted(
                    () -> {
                      stop.run();
                      awaitEnd(command);
                    }));
  }

  private static void awaitEnd(Thread command) {
    try {
      command.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
