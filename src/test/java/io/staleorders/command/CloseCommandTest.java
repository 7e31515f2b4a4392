package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code close} against a real database and the sandbox on a real port. */
class CloseCommandTest {
  private static final Duration DUE = Duration.ofHours(1);

  private final Installation site = Installation.open();
  private final Shop shop = site.shop();

  @AfterEach
  void close() {
    site.close();
  }

  private Ran run(String... args) {
    return Commands.run(
        site.settings(), Stream.concat(Stream.of("close"), Stream.of(args)).toArray(String[]::new));
  }

  private void abandoned(String outTradeNo, String reason, String code) {
    shop.execute(
        "INSERT INTO order_closer.order_close (out_trade_no, sp_mchid, sub_mchid, order_created_at,"
            + " state, attempts, reason, code, resolved_at)"
            + " VALUES (?, ?, ?, now() - interval '8 days', 'ABANDONED', 12, ?, ?, now())",
        outTradeNo,
        site.sandbox().keys().spMchid(),
        Shop.SUB_MCHID,
        reason,
        code);
  }

  @Test
  void closesBeforeTheTimeOfTheRetryAndNoOther() {
    shop.order("PAYING-1", DUE);
    Commands.run(site.settings(), "once");
    assertThat(shop.row("PAYING-1")).containsEntry("state", "RETRY");
    shop.order("ORDER-1", DUE);
    site.sandbox().script(facts -> Optional.of(Misbehaviour.CLOSED));

    Ran ran = run("PAYING-1");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.lines())
        .containsExactly(
            "PAYING-1                          CLOSED         closed at WeChat Pay and here",
            "1 orders, 0 still open");
    assertThat(shop.status("PAYING-1")).isEqualTo("CLOSED");
    assertThat(site.sandbox().requests("ORDER-1")).isEmpty();
  }

  @Test
  void tooYoungIsNotCalled() {
    shop.order("YOUNG-1", Duration.ofMinutes(14));

    Ran ran = run("YOUNG-1");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out()).containsPattern("YOUNG-1 +TOO_YOUNG +younger than CLOSE_DELAY, 15m");
    assertThat(site.sandbox().requests()).isEmpty();
    assertThat(shop.states()).isEmpty();
  }

  @Test
  void unknownNumberIsSaid() {
    Ran ran = run("ORDER-404");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out()).containsPattern("ORDER-404 +NO_SUCH_ORDER +not in orders");
    assertThat(site.sandbox().requests()).isEmpty();
  }

  @Test
  void paidInTheShopIsLeftAlone() {
    shop.order("ORDER-1", DUE, Shop.SUB_MCHID, "PAID");

    Ran ran = run("ORDER-1");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out()).containsPattern("ORDER-1 +NOT_UNPAID +no longer unpaid in the shop");
    assertThat(site.sandbox().requests()).isEmpty();
  }

  @Test
  void paidAtWeChatPayIsSaidWithItsTransaction() {
    shop.order("PAID-1", DUE);

    Ran ran = run("PAID-1");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out())
        .containsPattern(
            "PAID-1 +PAID +paid at WeChat Pay, transaction [0-9]+: fulfil it or refund");
    assertThat(shop.status("PAID-1")).isEqualTo("NOTPAY");
  }

  @Test
  void stillUnpaidIsAnOpenOrderWithATime() {
    shop.order("STAYS-1", DUE);
    shop.order("ORDER-1", DUE);

    Ran ran = run("STAYS-1", "ORDER-1", "ORDER-1");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out())
        .containsPattern("STAYS-1 +RETRY +[A-Z_]+, tried again at 20..-..-..T")
        .endsWith("2 orders, 1 still open\n");
  }

  @Test
  void abandonedOfOneReasonOrCodeAreClosedAndTheOthersStay() {
    Stream.of("ORDER-1", "ORDER-2", "ORDER-3").forEach(no -> shop.order(no, DUE));
    abandoned("ORDER-1", "EXHAUSTED", "SYSTEM_ERROR");
    abandoned("ORDER-2", "EXHAUSTED", "RULE_LIMIT");
    abandoned("ORDER-3", "CLOSE_REFUSED", "PARAM_ERROR");

    assertThat(run("--abandoned", "--code", "RULE_LIMIT").exitCode()).isZero();
    assertThat(shop.states())
        .containsEntry("ORDER-1", "ABANDONED")
        .containsEntry("ORDER-2", "CLOSED")
        .containsEntry("ORDER-3", "ABANDONED");

    assertThat(run("--abandoned", "--code", "EXHAUSTED").out())
        .endsWith("1 orders, 0 still open\n");
    assertThat(run("--abandoned").exitCode()).isZero();
    assertThat(shop.states()).containsEntry("ORDER-1", "CLOSED").containsEntry("ORDER-3", "CLOSED");
  }

  @Test
  void abandonedThatTheShopHasSettledOrDeletedIsSettledWithoutACall() {
    shop.order("ORDER-1", DUE, Shop.SUB_MCHID, "PAID");
    abandoned("ORDER-1", "EXHAUSTED", "RULE_LIMIT");
    abandoned("ORDER-2", "EXHAUSTED", "RULE_LIMIT");

    Ran ran = run("--abandoned");

    assertThat(ran.exitCode()).isZero();
    assertThat(shop.states())
        .containsEntry("ORDER-1", "SUPERSEDED")
        .containsEntry("ORDER-2", "SUPERSEDED");
    assertThat(site.sandbox().requests()).isEmpty();
  }

  @Test
  void ofAPausedMerchantIsNotCalled() {
    shop.order("ORDER-1", DUE);
    shop.execute(
        "INSERT INTO order_closer.pause VALUES"
            + " (?, 'NO_AUTH', '', now(), now() + interval '1 hour', 1)",
        Shop.SUB_MCHID);

    Ran ran = run("ORDER-1");

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out()).containsPattern("ORDER-1 +DUE +not called: paused");
    assertThat(site.sandbox().requests()).isEmpty();
  }

  @Test
  void ofTheFilteredOutIsNotCalled() {
    shop.order("ORDER-1", DUE);
    site.set("ORDERS_FILTER_COLUMN", "amount").set("ORDERS_FILTER_VALUES", "7");

    assertThat(run("ORDER-1").out()).contains("NO_SUCH_ORDER").contains("filtered out");

    assertThat(site.sandbox().requests()).isEmpty();
  }

  @Test
  void dryRunClosesNothing() {
    shop.order("ORDER-1", DUE);
    site.set("DRY_RUN", "true");

    Ran ran = run("ORDER-1");

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out()).contains("DRY_RUN=true");
    assertThat(site.sandbox().requests()).isEmpty();
    assertThat(shop.states()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "--abandoned ORDER-1", "--code EXHAUSTED", "--code X ORDER-1", "--all"})
  void wrongArgumentsTouchNothing(String args) {
    shop.order("ORDER-1", DUE);

    Ran ran = args.isEmpty() ? run() : run(args.split(" ", -1));

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out()).contains("Usage: stale-order-closer close");
    assertThat(shop.states()).isEmpty();
    assertThat(site.sandbox().requests()).isEmpty();
  }
}
