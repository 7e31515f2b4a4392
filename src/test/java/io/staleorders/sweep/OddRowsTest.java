package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Rows that no shop should have, and some have. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OddRowsTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void numberWithSeveralUnpaidRowsIsAbandonedWithoutACall() {
    shop.order("TWICE-01", DUE);
    shop.order("TWICE-01", Duration.ofMinutes(30));
    shop.order("ORDER-1", DUE);

    rig.sweep();

    assertThat(shop.row("TWICE-01"))
        .containsEntry("state", "ABANDONED")
        .containsEntry("reason", "DUPLICATE_NUMBER");
    assertThat(rig.sandbox().requests("TWICE-01")).isEmpty();
    assertThat(shop.count("orders WHERE status = 'NOTPAY'")).isEqualTo(2);
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  @Test
  void numberWhoseRowsDisagreeOnTheSubMerchantIsAbandonedWithoutACall() {
    shop.order("TWICE-01", DUE);
    shop.order("TWICE-01", Duration.ofMinutes(30), "1900000222", "SUCCESS");

    rig.sweep();

    assertThat(shop.row("TWICE-01")).containsEntry("reason", "DUPLICATE_NUMBER");
    assertThat(rig.sandbox().requests("TWICE-01")).isEmpty();
  }

  @Test
  void rowThatAppearsTwiceDuringTheCallsIsNotWritten() {
    shop.order("TWICE-01", DUE);
    rig.sandbox()
        .script(
            facts -> {
              if (facts.nth() == 2) {
                shop.order("TWICE-01", Duration.ZERO);
              }
              return Optional.empty();
            });

    rig.sweep();

    assertThat(shop.row("TWICE-01")).containsEntry("reason", "DUPLICATE_NUMBER");
    assertThat(shop.count("orders WHERE status = 'NOTPAY'")).isEqualTo(2);
  }

  @Test
  void numbersThatCannotBeWechatPaysAreAbandonedOnceAndSaidSo() {
    for (String number : new String[] {"short", "with space", "中文中文中文", "x".repeat(64)}) {
      shop.order(number, DUE);
    }
    shop.order("ORDER-1", DUE, "19-1", "NOTPAY");
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT 'ORDER-2', NULL, now - interval '20 minutes' FROM testkit.clock");

    try (Events events = Events.open()) {
      rig.sweep();
      rig.advance(Duration.ofMinutes(10));
      rig.sweep();

      assertThat(events.of(Event.ORDER_ABANDONED))
          .hasSize(6)
          .allSatisfy(line -> assertThat(line).containsEntry("reason", "MALFORMED"));
    }
    assertThat(shop.states()).hasSize(6).values().containsOnly("ABANDONED");
    assertThat(rig.sandbox().requests()).isEmpty();
  }

  @Test
  void rowsWithoutANumberAreLeftAloneAndKeepNobodyBusy() {
    shop.execute("ALTER TABLE orders ALTER COLUMN out_trade_no DROP NOT NULL");
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT NULL, '1900000109', now - interval '20 minutes' FROM testkit.clock");
    shop.order("ORDER-1", DUE);

    rig.sweep();

    assertThat(shop.states()).containsOnlyKeys("ORDER-1");
    assertThat(rig.sweep()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void oldestTimesThereAreAreDueAndYoungestNever() {
    String insert =
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at) VALUES (?, '1900000109', ?::timestamptz)";
    shop.execute("ALTER TABLE orders ALTER COLUMN created_at DROP NOT NULL");
    shop.execute(insert, "ALWAYS-1", "-infinity");
    shop.execute(insert, "STONE-AGE", "4713-01-01 BC");
    shop.execute(insert, "YEAR-ONE", "0001-01-01T00:00:00+08:00");
    shop.execute(insert, "NEVER-01", "infinity");
    shop.execute(insert, "FAR-AWAY", "9999-12-31");
    shop.execute("INSERT INTO orders (out_trade_no, sub_mchid) VALUES ('NO-TIME-1', '1900000109')");

    rig.sweep();

    assertThat(shop.states())
        .containsOnlyKeys("ALWAYS-1", "STONE-AGE", "YEAR-ONE")
        .values()
        .containsOnly("CLOSED");
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(3);
  }

  @Test
  void orderWhoseTimeBecomesEndlessAfterTheScanStopsNobody() {
    shop.order("STAYS1-1", DUE);
    shop.order("STAYS1-2", DUE);
    rig.sweep();
    shop.execute("UPDATE orders SET created_at = 'infinity' WHERE out_trade_no = 'STAYS1-1'");

    rig.advance(Duration.ofMinutes(1));
    rig.sweep();
    rig.sweep();

    assertThat(shop.status("STAYS1-2")).isEqualTo("CLOSED");
    assertThat(rig.sandbox().requests("STAYS1-1")).hasSize(2);
    assertThat(shop.row("STAYS1-1")).containsEntry("state", "RETRY").containsEntry("claim_id", "");

    shop.execute("UPDATE orders SET created_at = (SELECT now FROM testkit.clock)");
    for (int i = 0; i < 26; i++) {
      rig.advance(Duration.ofHours(1));
      rig.sweep();
    }
    assertThat(shop.status("STAYS1-1")).isEqualTo("CLOSED");
  }

  @Test
  void subMerchantIsTheOneThatTheRowHasNow() {
    shop.order("STAYS2-1", DUE, "1900000111", "NOTPAY");
    rig.sweep();
    shop.execute("UPDATE orders SET sub_mchid = 'gone'");
    rig.advance(Duration.ofMinutes(1));

    rig.sweep();

    assertThat(shop.row("STAYS2-1"))
        .containsEntry("state", "ABANDONED")
        .containsEntry("reason", "MALFORMED");
  }
}
