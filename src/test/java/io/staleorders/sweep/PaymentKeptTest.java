package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.order.MerchantId;
import io.staleorders.store.HeartbeatStore;
import io.staleorders.store.NamedStore;
import io.staleorders.store.ReportStore;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A payment that WeChat Pay confirmed is recorded whatever becomes of the shop's row (promise 8).
 */
class PaymentKeptTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final String NO = "PAID-01";

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  /** What a shop does to a row while WeChat Pay is asked about it. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "UPDATE orders SET status = 'CANCELLED'",
        "UPDATE orders SET status = 'CLOSED'",
        "UPDATE orders SET status = 'SUCCESS'",
        "DELETE FROM orders",
        "UPDATE orders SET sub_mchid = '1900000199'",
        "UPDATE orders SET created_at = (SELECT now FROM testkit.clock)",
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT out_trade_no, sub_mchid, created_at FROM orders",
        "ALTER TABLE orders ADD CHECK (status <> 'SUCCESS')",
        "ALTER TABLE orders ADD CHECK (status = 'NOTPAY') NOT VALID",
      })
  void paymentIsRecordedWhateverTheShopDoesMeanwhile(String change) {
    markingPaid();
    shop.order(NO, DUE);
    rig.sandbox()
        .script(
            facts -> {
              if (facts.nth() == 1) {
                shop.execute(change);
              }
              return Optional.empty();
            });

    assertPaymentIsRecorded();
  }

  @ParameterizedTest
  @ValueSource(strings = {"P0001", "57014", "53100", "25006", "08001", "42501", "40001", "22001"})
  void paymentIsRecordedWhereATriggerRefusesIt(String sqlState) {
    markingPaid();
    shop.order(NO, DUE);
    shop.execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'refused' USING ERRCODE = '%s';
        END $$
        """
            .formatted(sqlState));
    shop.execute(
        "CREATE TRIGGER refuse BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION refuse()");

    assertPaymentIsRecorded();
  }

  @Test
  void paymentIsRecordedWhereADeferredTriggerRefusesItAtTheCommit() {
    markingPaid();
    shop.order(NO, DUE);
    shop.execute(
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'refused';
        END $$
        """);
    shop.execute(
        "CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED"
            + " FOR EACH ROW EXECUTE FUNCTION refuse()");

    assertPaymentIsRecorded();
  }

  @Test
  void paymentIsRecordedWhenTheShopHoldsTheRowUntilTheLeaseEnds() {
    markingPaid();
    shop.order(NO, DUE);
    rig.restart(options().callTimeout(Duration.ofMillis(500)).lease(Duration.ofMillis(2_500)));
    try (Handle holder = shop.jdbi().open()) {
      rig.sandbox()
          .script(
              facts -> {
                if (facts.nth() == 1) {
                  holder.begin();
                  holder.execute("UPDATE orders SET amount = 1");
                }
                return Optional.empty();
              });
      assertPaymentIsRecorded();
      holder.rollback();
    }
    assertThat(shop.status(NO)).isEqualTo("NOTPAY");
  }

  @Test
  void paymentStaysReportedUntilTheShopShowsItOrSomebodyAcknowledgesIt() {
    shop.order(NO, DUE);
    rig.sweep();
    ReportStore report = new ReportStore(shop.jdbi(), shop.table());
    NamedStore named = new NamedStore(shop.jdbi(), shop.table(), new MerchantId("1900000100"));

    for (String status : List.of("NOTPAY", "CLOSED")) {
      shop.setStatus(NO, status);
      assertUnsettled(report, 1);
    }
    shop.setStatus(NO, "SHIPPED");
    assertUnsettled(report, 0);
    shop.setStatus(NO, "CLOSED");
    assertUnsettled(report, 1);
    shop.execute("DELETE FROM orders");
    assertUnsettled(report, 1);

    assertThat(named.acknowledge(List.of(NO, "OTHER-01"))).containsExactly(NO);
    assertUnsettled(report, 0);
  }

  @Test
  void closeCommandDoesNotForgetAPayment() {
    shop.order(NO, DUE);
    rig.sweep();
    NamedStore named = new NamedStore(shop.jdbi(), shop.table(), new MerchantId("1900000100"));

    assertThat(named.makeDue(List.of(NO))).isEmpty();
    assertThat(shop.row(NO)).containsEntry("state", "PAID");
    assertThat(shop.row(NO).get("transaction_id")).isNotEmpty();
  }

  private void assertUnsettled(ReportStore report, int payments) {
    assertThat(new HeartbeatStore(shop.jdbi(), shop.table()).count().paidStillUnpaidHere())
        .isEqualTo(payments);
    assertThat(report.report(Duration.ofDays(1)).unsettled()).hasSize(payments);
  }

  private void markingPaid() {
    rig.restart(options());
  }

  private static Options options() {
    return Options.defaults().table(TableSettings.defaults().paid("SUCCESS"));
  }

  private void assertPaymentIsRecorded() {
    try (Events events = Events.open()) {
      rig.sweep();
      assertThat(events.of(Event.ORDER_PAID)).hasSize(1);
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }
    assertThat(shop.row(NO)).containsEntry("state", "PAID").containsEntry("trade_state", "SUCCESS");
    assertThat(shop.row(NO).get("transaction_id")).isNotEmpty();
  }
}
