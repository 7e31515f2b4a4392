package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.testkit.Acceptance;
import io.staleorders.testkit.CheapWechat;
import io.staleorders.testkit.EmbeddedServer;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.ServiceProcess;
import io.staleorders.testkit.Shop;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes that are told to stop while the database or their log's reader fails them. */
@Acceptance
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StopInTroubleTest {
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final Duration LIMIT = GRACE.plusSeconds(2);

  private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
  private final EmbeddedServer server = Postgres.ownServer();
  private final CheapWechat wechat = CheapWechat.start();
  private final Shop shop = Shop.in(server.database());

  @TempDir private Path folder;

  @AfterEach
  void close() {
    wechat.close();
    server.close();
  }

  @ParameterizedTest
  @CsvSource({"TERM,run,0", "INT,once,1"})
  void databaseThatWasStoppedAtOnceHoldsUpNoStop(String signal, String command, int exitCode)
      throws InterruptedException {
    orders(600);
    try (ServiceProcess service = start(command)) {
      await().until(() -> wechat.closes() >= 40);

      server.stopImmediately();
      Duration took = stop(service, signal);

      assertThat(took).as(log()).isLessThan(LIMIT);
      assertThat(service.exitCode()).as(log()).isEqualTo(exitCode);
      assertThat(lines.stream().filter(line -> line.contains("\"level\":\"ERROR\"")))
          .as("the outage, once")
          .hasSizeLessThanOrEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "once"})
  void databaseThatHangsHoldsUpNoStop(String command) throws InterruptedException {
    orders(600);
    try (ServiceProcess service = start(command)) {
      await().until(() -> wechat.closes() >= 40);

      server.freeze();
      Duration took = stop(service, "TERM");

      assertThat(took).as(log()).isLessThan(LIMIT);
    } finally {
      server.thaw();
    }
  }

  @Test
  void secondSignalChangesNothing() throws InterruptedException {
    orders(600);
    try (ServiceProcess service = start("run")) {
      await().until(() -> wechat.closes() >= 40);

      service.tell("INT");
      Duration took = stop(service, "TERM");

      assertThat(took).as(log()).isLessThan(LIMIT);
      assertThat(service.exitCode()).isZero();
      assertThat(lines).last().asString().contains("service_stopped");
      assertThat(shop.count("order_closer.order_close WHERE claim_id IS NOT NULL")).isZero();
    }
  }

  /** The pipe is full after some hundred lines; then whoever logs stands still. */
  @Test
  void serviceWhoseLogIsNotReadIsNotHealthyAndStops() throws Exception {
    CountDownLatch readAgain = new CountDownLatch(1);
    Path health = folder.resolve("health");
    try (ServiceProcess service =
        ServiceProcess.start(settings(), line -> awaitUninterruptibly(readAgain))) {
      orders(2_000);
      await().until(() -> Files.exists(health));
      await().until(() -> Commands.run(settings(), "health").exitCode() == 1);

      Duration took = stop(service, "TERM");

      assertThat(took).isLessThan(LIMIT);
    } finally {
      readAgain.countDown();
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Duration stop(ServiceProcess service, String signal) throws InterruptedException {
    long begun = System.nanoTime();
    service.tell(signal);
    assertThat(service.isRunningAfter(Duration.ofSeconds(60))).isFalse();
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  private ServiceProcess start(String command) {
    Consumer<String> eachLine = lines::add;
    return ServiceProcess.start(settings(), List.of(), command, eachLine);
  }

  private String log() {
    return String.join("\n", lines);
  }

  private void orders(int count) {
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT 'ORDER-' || i, '1900000109', now() - interval '20 minutes'"
            + " FROM generate_series(1, ?) AS i",
        count);
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new HashMap<>(wechat.settings());
    settings.put("DATABASE_URL", server.database().jdbcUrl());
    settings.put("DATABASE_USER", server.database().user());
    settings.put("DATABASE_PASSWORD", server.database().password());
    settings.put("CLOSE_RATE", "400");
    settings.put("SWEEP_INTERVAL", "1s");
    settings.put("SHUTDOWN_GRACE", GRACE.toSeconds() + "s");
    settings.put("HEALTH_FILE", folder.resolve("health").toString());
    return settings;
  }
}
