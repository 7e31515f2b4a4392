package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.staleorders.sandbox.Operation;
import io.staleorders.sandbox.SeenRequest;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code once --dry-run}: it asks, and changes nothing. */
class DryRunTest {
  private static final Duration DUE = Duration.ofHours(1);

  private final Installation site = Installation.open();
  private final Shop shop = site.shop();

  @BeforeEach
  void orders() {
    shop.order("ORDER-1", DUE);
    shop.order("PAID-1", DUE);
    shop.order("REFUND-1", DUE);
    shop.order("ABSENT-1", DUE);
    shop.order("BAD#", DUE);
    shop.order("TWICE-1", DUE);
    shop.order("TWICE-1", DUE);
    shop.order("YOUNG-1", Duration.ofMinutes(14));
    shop.order("SHOPPAID-1", DUE, Shop.SUB_MCHID, "PAID");
  }

  @AfterEach
  void close() {
    site.close();
  }

  private Ran dryRun() {
    return Commands.run(site.settings(), "once", "--dry-run");
  }

  @Test
  void saysWhatWouldBecomeOfEachDueOrder() {
    Ran ran = dryRun();

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.log("would_close"))
        .map(DryRunTest::orderAndReason)
        .containsExactly("ORDER-1 NOTPAY");
    assertThat(ran.log("would_keep"))
        .map(DryRunTest::orderAndReason)
        .containsExactlyInAnyOrder(
            "PAID-1 SUCCESS",
            "REFUND-1 REFUND",
            "ABSENT-1 ABSENT_MERCHANT_UNKNOWN",
            "BAD# MALFORMED",
            "TWICE-1 DUPLICATE_NUMBER");
    JsonNode summary = ran.log().getLast();
    assertThat(summary.path("would_close").asInt()).isEqualTo(1);
    assertThat(summary.path("would_mark_paid").asInt()).isZero();
    assertThat(summary.path("would_keep").asInt()).isEqualTo(5);
  }

  @Test
  void paidStatusAndNotFoundRuleChangeTheVerdicts() {
    site.set("ORDERS_PAID_STATUS", "PAID").set("CLOSE_NOT_FOUND", "close");

    Ran ran = dryRun();

    assertThat(ran.log("would_mark_paid"))
        .map(DryRunTest::orderAndReason)
        .containsExactly("PAID-1 SUCCESS");
    assertThat(ran.log("would_close"))
        .map(DryRunTest::orderAndReason)
        .containsExactlyInAnyOrder("ORDER-1 NOTPAY", "ABSENT-1 ABSENT");
  }

  @Test
  void changesNoRowAndOnlyAsks() {
    String before = shop.text("SELECT string_agg(o::text, '|' ORDER BY o.id) FROM orders o");

    dryRun();

    assertThat(shop.text("SELECT string_agg(o::text, '|' ORDER BY o.id) FROM orders o"))
        .isEqualTo(before);
    assertThat(shop.states()).isEmpty();
    assertThat(shop.count("order_closer.close_attempt")).isZero();
    assertThat(site.sandbox().requests())
        .extracting(SeenRequest::operation)
        .containsOnly(Operation.QUERY)
        .hasSize(4);
  }

  @Test
  void settingDoesTheSameAsTheOption() {
    site.set("DRY_RUN", "true");

    Ran ran = Commands.run(site.settings(), "once");

    assertThat(ran.log("would_close")).hasSize(1);
    assertThat(shop.status("ORDER-1")).isEqualTo("NOTPAY");
  }

  @Test
  void asksSeveralAtATime() {
    CountDownLatch together = new CountDownLatch(4);
    site.sandbox()
        .script(
            facts -> {
              together.countDown();
              try {
                // Each waits for the others: one after another would have to wait this out.
                assertThat(together.await(20, TimeUnit.SECONDS)).isTrue();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return Optional.empty();
            });

    assertThat(dryRun().log()).hasSize(7);

    assertThat(together.getCount()).isZero();
  }

  private static String orderAndReason(JsonNode line) {
    return line.path("out_trade_no").asText() + " " + line.path("reason").asText();
  }
}
