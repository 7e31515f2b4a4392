package io.staleorders.testkit;

import io.staleorders.command.Main;
import io.staleorders.config.Settings;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The service, as a process of its own. */
public final class ServiceProcess implements AutoCloseable {
  private static final Duration TIME_TO_STOP = Duration.ofSeconds(4);

  /** It runs for seconds: what makes a JVM fast in the long run would only make it late. */
  private static final List<String> SHORT_LIFE =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  /** In what a JVM with the serial collector tells of each generation of its heap. */
  private static final Pattern USED = Pattern.compile("total \\d+K, used (\\d+)K");

  private final Process process;
  private final Thread reader;

  private ServiceProcess(Process process, Consumer<String> eachLine) {
    this.process = process;
    this.reader = Thread.ofPlatform().name("log").daemon().start(() -> read(eachLine));
  }

  /**
   * Starts it with these settings and no others.
   *
   * @param eachLine told of each line of its log
   */
  public static ServiceProcess start(Map<String, String> settings, Consumer<String> eachLine) {
    return start(settings, List.of(), "run", eachLine);
  }

  /**
   * Starts a command with these settings and no others.
   *
   * @param jvmOptions that come on top of those for a short life
   * @param eachLine told of each line that it prints
   */
  public static ServiceProcess start(
      Map<String, String> settings,
      List<String> jvmOptions,
      String command,
      Consumer<String> eachLine) {
    List<String> options = new ArrayList<>(SHORT_LIFE);
    options.addAll(jvmOptions);
    return startAsIs(settings, options, command, eachLine);
  }

  /**
   * As {@link #start(Map, List, String, Consumer)}, by another program.
   *
   * @param launcher is given the JVM's command as its last arguments
   */
  public static ServiceProcess startBy(
      List<String> launcher,
      Map<String, String> settings,
      List<String> jvmOptions,
      String command,
      Consumer<String> eachLine) {
    List<String> words = new ArrayList<>(launcher);
    List<String> options = new ArrayList<>(SHORT_LIFE);
    options.addAll(jvmOptions);
    words.addAll(command(options, command));
    return start(words, settings, eachLine);
  }

  /**
   * Starts a command with these settings and no others, on a JVM that is set up for no short life.
   *
   * @param jvmOptions all that are given
   * @param eachLine told of each line that it prints
   */
  public static ServiceProcess startAsIs(
      Map<String, String> settings,
      List<String> jvmOptions,
      String command,
      Consumer<String> eachLine) {
    return start(command(jvmOptions, command), settings, eachLine);
  }

  private static ServiceProcess start(
      List<String> words, Map<String, String> settings, Consumer<String> eachLine) {
    ProcessBuilder builder = new ProcessBuilder(words).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    Settings.VARIABLES.forEach(
        variable -> {
          environment.remove(variable.name());
          environment.remove(variable.name() + "_FILE");
        });
    environment.putAll(settings);
    try {
      ServiceProcess service = new ServiceProcess(builder.start(), eachLine);
      service.stopWithThisProcess();
      return service;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void stopWithThisProcess() {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(this::stop));
    } catch (IllegalStateException e) {
      // This process is ending already.
      stop();
      throw e;
    }
  }

  private static List<String> command(List<String> jvmOptions, String command) {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(
        List.of("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow"));
    words.addAll(jvmOptions);
    words.addAll(List.of("-cp", classPath(), Main.class.getName()));
    words.addAll(List.of(command.split(" ", -1)));
    return List.copyOf(words);
  }

  /** Without the tests, and what they set up. */
  private static String classPath() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !Path.of(entry).endsWith("test-classes"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** Waits so long; whether it still runs then. */
  public boolean isRunningAfter(Duration time) throws InterruptedException {
    return !process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * Tells it to stop, by SIGTERM, and waits.
   *
   * @return whether it stopped by itself
   */
  public boolean stop() {
    return stop(TIME_TO_STOP);
  }

  /** As {@link #stop()}, with so much time to do so. */
  public boolean stop(Duration time) {
    // Not process.destroy(), which would also close the stream that the log comes by.
    process.toHandle().destroy();
    boolean stopped = awaitEnd(time);
    if (!stopped) {
      kill();
    }
    return stopped;
  }

  /** Tells it to stop, by SIGTERM or SIGINT, and does not wait. */
  public void tell(String signal) {
    signal(signal);
  }

  /** Kills it on the spot (SIGKILL), frozen or not. */
  public void kill() {
    process.destroyForcibly();
    awaitEnd(TIME_TO_STOP);
  }

  /** Freezes it where it stands (SIGSTOP). */
  public void freeze() {
    signal("STOP");
  }

  /** Lets a frozen one go on (SIGCONT). */
  public void thaw() {
    signal("CONT");
  }

  /** The exit code of one that has ended. */
  public int exitCode() {
    return process.exitValue();
  }

  /** Its process id. */
  public long pid() {
    return process.pid();
  }

  /** What is left on its heap when all garbage is collected, in KiB. */
  public long liveHeapKib() {
    jcmd("GC.run");
    return USED.matcher(jcmd("GC.heap_info"))
        .results()
        .mapToLong(generation -> Long.parseLong(generation.group(1)))
        .sum();
  }

  private String jcmd(String command) {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    try {
      Process asked =
          new ProcessBuilder(jcmd.toString(), Long.toString(pid()), command)
              .redirectErrorStream(true)
              .start();
      return new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stop();
  }

  private void signal(String name) {
    try {
      int exit = new ProcessBuilder("kill", "-" + name, Long.toString(pid())).start().waitFor();
      if (exit != 0) {
        throw new IllegalStateException("kill -%s ended with %d".formatted(name, exit));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean awaitEnd(Duration time) {
    try {
      boolean ended = process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
      if (ended) {
        reader.join(Duration.ofSeconds(1));
      }
      return ended;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void read(Consumer<String> eachLine) {
    try (BufferedReader log = process.inputReader(StandardCharsets.UTF_8)) {
      log.lines().forEach(eachLine);
    } catch (IOException | UncheckedIOException e) {
      // It ended while it was being read.
    }
  }
}
