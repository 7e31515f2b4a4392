package io.staleorders.command;

import io.staleorders.testkit.CapturedOutput;
import io.staleorders.testkit.Ran;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs commands in this JVM. */
final class Commands {
  private Commands() {}

  /** Runs a command whose standard output is a pipe. */
  static Ran run(Map<String, String> settings, String... args) {
    return Ran.of(out -> execute(settings, Optional.empty(), args));
  }

  /** Runs a command whose standard output a person watches. */
  static Ran runOnTerminal(Map<String, String> settings, String... args) {
    return Ran.of(out -> execute(settings, Optional.of(out), args));
  }

  /** Starts a command whose standard output is a pipe. */
  static Running start(Map<String, String> settings, String... args) {
    Environment environment = new Environment(settings, Optional.empty(), CapturedOutput::logAs);
    CompletableFuture<Ran> ran = new CompletableFuture<>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                ran.complete(Ran.of(out -> Main.execute(environment, args)));
              } catch (Throwable e) {
                ran.completeExceptionally(e);
              }
            });
    return new Running(environment.stop(), ran);
  }

  /** A command that runs. */
  record Running(Stop stop, CompletableFuture<Ran> ran) {
    /** Requests its stop, as a signal does, and waits for its end. */
    Stopped stop(Duration atMost) {
      long begun = System.nanoTime();
      stop.request();
      Ran what = ran.orTimeout(atMost.toMillis(), TimeUnit.MILLISECONDS).join();
      return new Stopped(what, Duration.ofNanos(System.nanoTime() - begun));
    }
  }

  /** What a command did that was stopped, and how long its stop took. */
  record Stopped(Ran ran, Duration took) {}

  private static int execute(
      Map<String, String> settings, Optional<PrintStream> terminal, String... args) {
    return Main.execute(new Environment(settings, terminal, CapturedOutput::logAs), args);
  }
}
