package io.staleorders.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.sandbox.Sandbox;
import io.staleorders.store.Migrations;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.Postgres;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static final Duration CLOSE_DELAY = Duration.ofMinutes(15);
  private static final Became CLOSED = became("CLOSED", "CLOSED", "CLOSED", Duration.ofMinutes(15));

  @Test
  void orderThatBecameWhatWasExpectedIsFine() {
    Report report = report(CLOSED);

    assertThat(report.isAllAsExpected()).isTrue();
    assertThat(report.lines()).last().isEqualTo("1 orders, 1 kinds: all as expected");
  }

  @Test
  void oneOtherOrderAmongManyIsNamedAndFailsTheDemo() {
    Report report = report(CLOSED, became("RETRY", "NOTPAY", "NOTPAY", CLOSE_DELAY), CLOSED);

    assertThat(report.isAllAsExpected()).isFalse();
    assertThat(report.lines())
        .contains("Expected: closed. But PLAIN-0001: service RETRY, shop NOTPAY, WeChat Pay NOTPAY")
        .last()
        .isEqualTo("3 orders, 1 kinds: 1 not as expected, 0 promises broken");
  }

  @Test
  void everyBrokenPromiseFailsTheDemo() {
    assertThat(broken(became("CLOSED", "CLOSED", "SUCCESS", CLOSE_DELAY))).isEqualTo(2);
    assertThat(broken(became("CLOSED", "CLOSED", "REFUND", CLOSE_DELAY))).isEqualTo(2);
    assertThat(broken(became("CLOSED", "CLOSED", "NOTPAY", CLOSE_DELAY))).isEqualTo(1);
    assertThat(broken(became("CLOSED", "CLOSED", "-", CLOSE_DELAY))).isEqualTo(1);
    assertThat(broken(became("CLOSED", "CLOSED", "CLOSED", CLOSE_DELAY.minusMillis(1))))
        .isEqualTo(1);
    assertThat(broken(CLOSED)).isZero();
  }

  /** So that a service which does nothing cannot look like one that works. */
  @Test
  void beforeTheServiceRunsNothingIsAsExpectedButWhatItLeavesAlone() {
    Database database = Postgres.freshDatabase();
    new Migrations(database.dataSource()).migrate();
    try (DemoShop shop = DemoShop.open(database);
        Sandbox sandbox = Sandbox.start()) {
      List<Kind> kinds = Kind.of(shop.orders(sandbox));

      assertThat(kinds).hasSizeGreaterThan(30);
      assertThat(shop.size()).isBetween(40, 50);
      assertThat(kinds.stream().filter(Kind::isAsExpected).map(Kind::note))
          .containsExactly("too young", "paid, as the shop knows", "to be paid by another channel");
    }
  }

  private static Report report(Became... orders) {
    List<Became> all = List.of(orders);
    return new Report(Kind.of(all), Promise.over(all, CLOSE_DELAY));
  }

  private static long broken(Became order) {
    Report report = report(order);
    long broken = report.promises().stream().filter(promise -> !promise.isKept()).count();
    assertThat(report.isAllAsExpected()).isEqualTo(broken == 0);
    return broken;
  }

  private static Became became(String service, String shop, String wechatPay, Duration calledAt) {
    return new Became(
        "PLAIN-0001", "PLAIN", "nobody paid", service, "", shop, wechatPay, Optional.of(calledAt));
  }
}
