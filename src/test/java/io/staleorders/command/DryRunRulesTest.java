package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.staleorders.order.Event;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sweep.StopDeadline;
import io.staleorders.testkit.CapturedOutput;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A dry run writes nothing, and obeys the rate, pauses and faults as a sweep does. */
class DryRunRulesTest {
  private static final Duration DUE = Duration.ofHours(1);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final String DEAD = "1900000999";

  private final Installation site = Installation.open().set("CLOSE_CONCURRENCY", "4");
  private final Shop shop = site.shop();

  @AfterEach
  void close() {
    site.close();
  }

  private Ran dryRun() {
    return Commands.run(site.settings(), "once", "--dry-run");
  }

  @Test
  void refusedSignatureEndsTheRun() {
    shop.orders("ORDER-", 60, DUE, Shop.SUB_MCHID);
    site.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));

    Ran ran = dryRun();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(site.sandbox().requests()).hasSizeBetween(1, 4);
    assertThat(ran.log("paused"))
        .singleElement()
        .satisfies(
            line -> {
              assertThat(line.path("scope").asText()).isEqualTo("account");
              assertThat(line.path("code").asText()).isEqualTo("SIGN_ERROR");
            });
    assertThat(ran.log().getLast().path("message").asText()).contains("stopped before all");
    assertThat(shop.count("order_closer.pause")).isZero();
  }

  @Test
  void deadSubMerchantIsLeftAlone() {
    shop.orders("DEAD-", 60, DUE, DEAD);
    shop.orders("ORDER-", 20, Duration.ofMinutes(30), Shop.SUB_MCHID);
    site.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.NO_AUTH));

    Ran ran = dryRun();

    assertThat(ran.exitCode()).isZero();
    assertThat(site.sandbox().requests()).hasSizeBetween(21, 24);
    assertThat(ran.log("paused")).hasSize(1);
    assertThat(ran.log("would_close")).hasSize(20);
    assertThat(ran.log("would_keep")).hasSize(60);
    assertThat(reasons(ran)).contains("PAUSED", "NO_AUTH");
  }

  @Test
  void twentyCallsWithoutAResponseEndTheRun() {
    shop.orders("ORDER-", 200, DUE, Shop.SUB_MCHID);
    site.sandbox().faults().outage(true);

    Ran ran = dryRun();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.log("would_keep")).hasSizeBetween(20, 24);
    assertThat(ran.log("paused"))
        .singleElement()
        .satisfies(line -> assertThat(line.path("code").asText()).isEqualTo("OUTAGE"));
  }

  @Test
  void accountsRateIsLoweredAndASubMerchantLimitedAloneIsPaused() {
    site.set("CLOSE_RATE", "50");
    for (int i = 0; i < 40; i++) {
      shop.order("ORDER-" + (100 + i), DUE, i % 2 == 0 ? DEAD : Shop.SUB_MCHID, "NOTPAY");
    }
    site.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.RATELIMIT_EXCEEDED));

    Ran ran = dryRun();

    assertThat(ran.log("rate_lowered"))
        .isNotEmpty()
        .first()
        .satisfies(line -> assertThat(line.path("calls_per_second").asDouble()).isEqualTo(25.0));
    assertThat(ran.log("paused"))
        .singleElement()
        .satisfies(line -> assertThat(line.path("scope").asText()).isEqualTo(DEAD));
    assertThat(ran.log("would_close")).hasSize(20);
    assertThat(shop.text("SELECT lowered_to IS NULL FROM order_closer.call_rate")).isEqualTo("t");
  }

  @Test
  void whatTheServiceHasPausedIsNotAskedAbout() {
    shop.orders("DEAD-", 5, DUE, DEAD);
    shop.order("ORDER-1", DUE);
    shop.execute(
        "INSERT INTO order_closer.pause VALUES (?, 'NO_AUTH', '', now(), now() + interval '1 hour', 1)",
        DEAD);

    Ran ran = dryRun();

    assertThat(site.sandbox().requests()).hasSize(1);
    assertThat(reasons(ran)).containsOnly("PAUSED");
    assertThat(shop.text("SELECT failures FROM order_closer.pause")).isEqualTo("1");
  }

  /** No schema of ours, a role that may only read, and a database that takes no writes at all. */
  @Test
  void needsNoSchemaAndNoRightToWrite() {
    shop.order("ORDER-1", DUE);
    shop.order("ABSENT-1", DUE);
    shop.execute("DROP SCHEMA order_closer CASCADE");
    String name = shop.text("SELECT current_database()");
    String role = "reader_" + name;
    shop.execute("CREATE ROLE %s LOGIN PASSWORD 'reads'".formatted(role));
    shop.execute("GRANT SELECT ON orders TO " + role);
    shop.execute("ALTER ROLE %s SET default_transaction_read_only = on".formatted(role));
    site.set("DATABASE_USER", role).set("DATABASE_PASSWORD", "reads");

    Ran ran = dryRun();

    assertThat(ran.exitCode()).as(ran.out()).isZero();
    assertThat(ran.log("would_close")).hasSize(1);
    assertThat(reasons(ran)).containsExactly("ABSENT_MERCHANT_UNKNOWN");
    assertThat(shop.text("SELECT to_regnamespace('order_closer') IS NULL")).isEqualTo("t");
    shop.execute("REVOKE SELECT ON orders FROM " + role);
    shop.execute("DROP ROLE " + role);
  }

  /** As the service does it: after the pause one order probes, and the rest is asked about. */
  @Test
  void serviceWaitsForThePauseToEndAndAsksAboutEveryOrderOnce() throws InterruptedException {
    site.set("DRY_RUN", "true").set("PAUSE_FIRST_DELAY", "1s").set("PAUSE_MAX_DELAY", "1s");
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    site.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));

    Service service = open();
    try (Events events = Events.open()) {
      Thread run = Thread.ofVirtual().start(service.dryRun()::runToTheEnd);
      await().until(() -> !events.of(Event.PAUSED).isEmpty());
      service.dryRun().beat();
      site.sandbox().faults().clear();
      run.join();
      service.dryRun().beat();

      assertThat(events.of(Event.RESUMED)).hasSize(1);
      assertThat(events.of(Event.HEARTBEAT))
          .extracting(line -> line.get("paused"), line -> line.get("due"))
          .containsExactly(tuple("1", "0"), tuple("0", "30"));
      List<String> asked =
          Stream.of(Event.WOULD_CLOSE, Event.WOULD_KEEP)
              .flatMap(event -> events.of(event).stream())
              .map(line -> line.get("out_trade_no"))
              .toList();
      assertThat(asked).hasSize(30).doesNotHaveDuplicates();
    } finally {
      service.close(StopDeadline.after(GRACE));
    }
  }

  @Test
  void stopEndsARunThatWaits() throws InterruptedException {
    site.set("DRY_RUN", "true");
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    site.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));

    try (Events events = Events.open()) {
      Service service = open();
      Thread run = Thread.ofVirtual().start(service.dryRun()::runToTheEnd);
      await().until(() -> !events.of(Event.PAUSED).isEmpty());
      service.close(StopDeadline.after(GRACE));

      assertThat(run.join(Duration.ofSeconds(2))).isTrue();
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }
  }

  private Service open() {
    Environment environment =
        new Environment(site.settings(), Optional.empty(), CapturedOutput::logAs);
    return switch (Service.open(environment.settings().orElseThrow(), true, () -> {})) {
      case Opened.Ready<Service> ready -> ready.opened();
      case Opened.Unusable<Service> unusable ->
          throw new AssertionError(String.join("; ", unusable.problems()));
      case Opened.Refused<Service> refused -> throw new AssertionError(refused.problem());
      case Opened.Unreachable<Service> away -> throw new AssertionError(away.message());
    };
  }

  private static List<String> reasons(Ran ran) {
    return ran.log("would_keep").stream()
        .map((JsonNode line) -> line.path("reason").asText())
        .distinct()
        .toList();
  }
}
