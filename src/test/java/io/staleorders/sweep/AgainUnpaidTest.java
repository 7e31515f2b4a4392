package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Rows that the shop makes unpaid again, and rows whose time changes. */
class AgainUnpaidTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final Duration FULL_SCAN_INTERVAL = Duration.ofMinutes(10);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void closedOrderMadeUnpaidAgainIsClosedAgain() {
    shop.order("ORDER-1", DUE);
    rig.sweep();
    shop.setStatus("ORDER-1", "NOTPAY");

    rig.advance(FULL_SCAN_INTERVAL);
    rig.sweep();

    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
    assertThat(rig.sandbox().requests("ORDER-1")).hasSize(4);
    assertThat(shop.row("ORDER-1")).containsEntry("attempts", "1");
  }

  @Test
  void supersededOrderMadeUnpaidAgainIsClosed() {
    shop.order("STAYS2-1", DUE);
    rig.sweep();
    shop.setStatus("STAYS2-1", "REVIEW");
    rig.advanceToNextAttempt("STAYS2-1");
    rig.sweep();
    assertThat(shop.row("STAYS2-1")).containsEntry("state", "SUPERSEDED");
    shop.setStatus("STAYS2-1", "NOTPAY");

    rig.advance(FULL_SCAN_INTERVAL);
    rig.sweep();

    assertThat(shop.status("STAYS2-1")).isEqualTo("CLOSED");
  }

  @Test
  void orderNotFoundIsDueAgainWhenItsRowIsUnpaidAgain() {
    rig.restart(Options.defaults().notFound(NotFoundRule.CLOSE));
    shop.order("ABSENT-1", DUE);
    rig.sweep();
    rig.advanceToNextAttempt("ABSENT-1");
    rig.sweep();
    assertThat(shop.row("ABSENT-1")).containsEntry("state", "NOT_FOUND");
    shop.setStatus("ABSENT-1", "NOTPAY");

    rig.advance(FULL_SCAN_INTERVAL);
    rig.sweep();

    assertThat(shop.row("ABSENT-1")).containsEntry("state", "RETRY").containsEntry("absences", "1");
  }

  @Test
  void paidOrderWhoseRowStaysUnpaidIsNotDueAgain() {
    shop.order("PAID-01", DUE);
    rig.sweep();
    int calls = rig.sandbox().requests().size();

    rig.advance(FULL_SCAN_INTERVAL);
    rig.sweep();

    assertThat(rig.sandbox().requests()).hasSize(calls);
    assertThat(shop.row("PAID-01")).containsEntry("state", "PAID");
  }

  /** As where the shop maps the time of the last prepay. */
  @Test
  void orderWhoseTimeMovedOnAfterTheScanIsNotCalledAboutEarly() {
    shop.order("STAYS2-1", DUE);
    rig.sweep();
    int calls = rig.sandbox().requests().size();
    shop.execute("UPDATE orders SET created_at = (SELECT now FROM testkit.clock)");

    rig.advance(Duration.ofMinutes(15).minusMillis(1));
    rig.sweep();
    assertThat(rig.sandbox().requests()).hasSize(calls);
    assertThat(shop.row("STAYS2-1")).containsEntry("state", "RETRY");

    rig.advance(Duration.ofMillis(1));
    rig.sweep();
    assertThat(shop.status("STAYS2-1")).isEqualTo("CLOSED");
  }

  @Test
  void rowCommittedLateIsFoundByTheNextScan() {
    shop.order("ORDER-1", DUE);
    rig.sweep();
    shop.order("TARDY-1", Duration.ofMinutes(24));
    rig.sweep();
    assertThat(shop.status("TARDY-1")).isEqualTo("CLOSED");

    shop.order("IMPORTED-1", Duration.ofDays(400));
    rig.sweep();
    assertThat(shop.states()).doesNotContainKey("IMPORTED-1");
    rig.advance(FULL_SCAN_INTERVAL);
    rig.sweep();
    assertThat(shop.status("IMPORTED-1")).isEqualTo("CLOSED");
  }
}
