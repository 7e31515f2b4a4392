package io.staleorders.bench;

import io.staleorders.testkit.ServiceProcess;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;

/** The service as it is run, in a process of its own. */
final class Closer implements AutoCloseable {
  private static final Duration LONG = Duration.ofMinutes(5);

  private final ServiceProcess process;
  private final CountDownLatch started;
  private final long begunAt;
  private long startedAt;

  private Closer(ServiceProcess process, CountDownLatch started, long begunAt) {
    this.process = process;
    this.started = started;
    this.begunAt = begunAt;
  }

  /** What container/stale-order-closer tells the JVM, as far as it makes a difference, and more. */
  static List<String> asInItsContainer(String... more) {
    return Stream.concat(
            Stream.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), Arrays.stream(more))
        .toList();
  }

  /**
   * Starts one and waits for {@code service_started}.
   *
   * @param settings on top of those that the shop and WeChat Pay want
   */
  static Closer start(Stage stage, BenchShop shop, Map<String, String> settings) {
    return start(stage, shop, settings, asInItsContainer());
  }

  /** As above, with these options for the JVM and no others. */
  static Closer start(
      Stage stage, BenchShop shop, Map<String, String> settings, List<String> jvmOptions) {
    Map<String, String> all = new HashMap<>(stage.wechat().settings());
    all.putAll(shop.settings());
    all.put("HEALTH_FILE", "");
    all.put("INSTANCE_ID", "bench");
    all.putAll(settings);
    CountDownLatch started = new CountDownLatch(1);
    long begunAt = System.nanoTime();
    Closer closer =
        new Closer(
            ServiceProcess.startAsIs(all, jvmOptions, "run", line -> look(line, started)),
            started,
            begunAt);
    closer.awaitStart();
    return closer;
  }

  private static void look(String line, CountDownLatch started) {
    if (line.contains("\"service_started\"")) {
      started.countDown();
    } else if (line.contains("\"ERROR\"") || line.contains("\"WARN\"")) {
      System.out.println("   the service says: " + line);
    }
  }

  private void awaitStart() {
    try {
      if (!started.await(LONG.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("the service did not start");
      }
      startedAt = System.nanoTime();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** From the start of its process to {@code service_started}. */
  Duration startTime() {
    return Duration.ofNanos(startedAt - begunAt);
  }

  /** Time since its process was started. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - begunAt);
  }

  /** CPU time so far. */
  Duration cpu() {
    return Cpu.of(process.pid());
  }

  /** Resident memory in MiB: {@code VmRSS} now, {@code VmHWM} at most. */
  double memory(String field) {
    return Cpu.memory(process.pid(), field);
  }

  long pid() {
    return process.pid();
  }

  /** Waits until no order of the shop is unpaid. */
  static void awaitDrained(BenchShop shop, Duration atMost) {
    shop.jdbi()
        .useHandle(
            one ->
                Awaitility.await()
                    .atMost(atMost)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> isDrained(one)));
  }

  private static boolean isDrained(Handle handle) {
    return handle
        .createQuery("SELECT NOT EXISTS (SELECT FROM orders WHERE status = 'NOTPAY')")
        .mapTo(Boolean.class)
        .one();
  }

  @Override
  public void close() {
    process.stop();
  }
}
