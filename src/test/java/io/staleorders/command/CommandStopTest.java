package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.staleorders.command.Commands.Running;
import io.staleorders.command.Commands.Stopped;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A stop that is requested while a command runs. */
class CommandStopTest {
  private static final Duration DUE = Duration.ofHours(1);

  /** What all of a stop may take beside the grace. */
  private static final Duration BESIDE_GRACE = Duration.ofSeconds(2);

  private static final Duration LONG = Duration.ofSeconds(60);

  private final Installation site = Installation.open();
  private final Shop shop = site.shop();

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void onceGivesBackWhatItHasNotCalledAndSaysWhatIsLeft() {
    site.set("CLOSE_CONCURRENCY", "4");
    shop.orders("ORDER-", 60, DUE, Shop.SUB_MCHID);
    site.sandbox().faults().replyDelay(Duration.ofMillis(200));
    Running once = Commands.start(site.settings(), "once");
    await().until(() -> site.sandbox().requests().size() >= 8);

    Ran ran = once.stop(LONG).ran();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertInOrder(ran);
    JsonNode summary = ran.log().getLast();
    int closed = shop.count("orders WHERE status = 'CLOSED'");
    assertThat(closed).isPositive();
    assertThat(summary.path("message").asText()).startsWith("once: stopped");
    assertThat(summary.path("closed").asInt()).isEqualTo(closed);
    assertThat(summary.path("still_due").asInt()).isEqualTo(60 - closed);
    assertThat(site.sandbox().requests().size()).isLessThan(40);
  }

  @Test
  void onceThatHasNothingLeftWhenItIsStoppedEndsWith0() {
    shop.order("ORDER-1", DUE);
    site.sandbox().faults().replyDelay(Duration.ofMillis(300));
    Running once = Commands.start(site.settings(), "once");
    await().until(() -> !site.sandbox().requests().isEmpty());

    Ran ran = once.stop(LONG).ran();

    assertThat(ran.exitCode()).isZero();
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
    assertThat(ran.log().getLast().path("closed").asInt()).isEqualTo(1);
    assertInOrder(ran);
  }

  @Test
  void closeRecordsWhatIsInFlightAndSaysWhatIsLeft() {
    site.set("CLOSE_CONCURRENCY", "1");
    shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);
    site.sandbox().faults().replyDelay(Duration.ofMillis(300));
    Running close =
        Commands.start(
            site.settings(), "close", "ORDER-0", "ORDER-1", "ORDER-2", "ORDER-3", "ORDER-4");
    await().until(() -> !site.sandbox().requests().isEmpty());

    Ran ran = close.stop(LONG).ran();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(1);
    assertThat(ran.out()).contains("5 orders, 4 still open");
    assertInOrder(ran);
  }

  @Test
  void dryRunOfTheServiceEndsAfterTheQueriesInFlight() {
    site.set("DRY_RUN", "true").set("CLOSE_CONCURRENCY", "2");
    shop.orders("ORDER-", 40, DUE, Shop.SUB_MCHID);
    site.sandbox().faults().replyDelay(Duration.ofMillis(200));
    Running run = Commands.start(site.settings(), "run");
    await().until(() -> site.sandbox().requests().size() >= 4);

    Ran ran = run.stop(LONG).ran();

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.log("would_keep")).isEmpty();
    assertThat(ran.log("would_close")).hasSameSizeAs(site.sandbox().requests());
    assertThat(site.sandbox().requests().size()).isLessThan(20);
    assertInOrder(ran);
    assertThat(ran.log().getLast().path("event").asText()).isEqualTo("service_stopped");
  }

  @Test
  void dryRunThatIsStoppedBeforeItsEndIsAFailure() {
    site.set("CLOSE_RATE", "5");
    shop.orders("ORDER-", 40, DUE, Shop.SUB_MCHID);
    Running once = Commands.start(site.settings(), "once", "--dry-run");
    await().until(() -> !site.sandbox().requests().isEmpty());

    Stopped stopped = once.stop(LONG);

    assertThat(stopped.ran().exitCode()).isEqualTo(1);
    assertThat(stopped.ran().log().getLast().path("message").asText())
        .contains("stopped before all were asked about");
    assertThat(stopped.took()).isLessThan(Duration.ofSeconds(5));
    assertInOrder(stopped.ran());
  }

  @Test
  void statementThatWaitsForTheShopHoldsUpNoStop() {
    site.set("DRY_RUN", "true").set("SHUTDOWN_GRACE", "0s");
    shop.order("ORDER-1", DUE);
    site.sandbox().faults().replyDelay(Duration.ofMillis(500));
    try (Handle shopsOwn = shop.jdbi().open()) {
      Running run = Commands.start(site.settings(), "run");
      await().until(() -> !site.sandbox().requests().isEmpty());
      shopsOwn.begin();
      shopsOwn.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE");
      awaitStatementThatWaitsForALock();

      Stopped stopped = run.stop(LONG);

      assertThat(stopped.took()).isLessThan(BESIDE_GRACE);
      assertThat(stopped.ran().exitCode()).isZero();
      assertNoError(stopped.ran());
      shopsOwn.rollback();
    }
  }

  @Test
  void migrationThatWaitsHoldsUpNoStop() {
    site.set("SHUTDOWN_GRACE", "0s");
    shop.order("ORDER-1", DUE);
    try (Handle shopsOwn = shop.jdbi().open()) {
      shopsOwn.begin();
      shopsOwn.execute("LOCK TABLE order_closer.flyway_schema_history IN ACCESS EXCLUSIVE MODE");
      Running once = Commands.start(site.settings(), "once");
      awaitStatementThatWaitsForALock();

      Stopped stopped = once.stop(LONG);

      assertThat(stopped.took()).isLessThan(BESIDE_GRACE);
      assertThat(stopped.ran().exitCode()).isEqualTo(1);
      assertNoError(stopped.ran());
      shopsOwn.rollback();
    }
  }

  @Test
  void serviceWhoseDatabaseHangsAtTheStartStops() throws IOException {
    try (ServerSocket silent = new ServerSocket(0)) {
      site.set("DATABASE_URL", "jdbc:postgresql://localhost:" + silent.getLocalPort() + "/shop")
          .set("SHUTDOWN_GRACE", "0s");
      Running run = Commands.start(site.settings(), "run");
      try (Socket connected = silent.accept()) {
        Stopped stopped = run.stop(LONG);

        assertThat(connected.isConnected()).isTrue();
        assertThat(stopped.took()).isLessThan(BESIDE_GRACE);
        assertThat(stopped.ran().exitCode()).isZero();
        assertNoError(stopped.ran());
      }
    }
  }

  @Test
  void callsThatNobodyAnswersAreCutOffAndTheirOrdersGivenBack() {
    site.set("SHUTDOWN_GRACE", "0s");
    shop.orders("ORDER-", 20, DUE, Shop.SUB_MCHID);
    site.sandbox().script(facts -> Optional.of(Misbehaviour.HANG));
    Running run = Commands.start(site.settings(), "run");
    await().until(() -> site.sandbox().requests().size() == 20);

    Stopped stopped = run.stop(LONG);

    assertThat(stopped.took()).isLessThan(BESIDE_GRACE);
    assertThat(stopped.ran().exitCode()).isZero();
    assertInOrder(stopped.ran());
  }

  private void awaitStatementThatWaitsForALock() {
    await()
        .until(
            () ->
                shop.count(
                        "pg_stat_activity WHERE wait_event_type = 'Lock'"
                            + " AND datname = current_database()")
                    > 0);
  }

  private void assertInOrder(Ran ran) {
    assertNoError(ran);
    assertThat(shop.count("order_closer.order_close WHERE claim_id IS NOT NULL")).isZero();
  }

  private static void assertNoError(Ran ran) {
    assertThat(ran.log()).noneMatch(line -> line.path("level").asText().equals("ERROR"));
  }
}
