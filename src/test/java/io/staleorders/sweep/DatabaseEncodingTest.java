package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A shop's database that is not in UTF-8 holds all that WeChat Pay says, and stops no order. */
class DatabaseEncodingTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  @ParameterizedTest
  @ValueSource(strings = {"LATIN1", "EUC_CN", "SQL_ASCII", "WIN1252"})
  void everythingIsRecordedEscapedWhereTheDatabaseCannotHoldIt(String encoding) {
    Shop shop = Shop.in(Postgres.freshDatabaseIn(encoding));
    try (Rig rig = Rig.open(shop);
        Events events = Events.open();
        Sweep service = rig.copy("关单-甲😀", rig.pool())) {
      shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);
      for (String no : new String[] {"PAID-01", "ABSENT-01", "TRADEERROR-01", "SYSTEMERROR-01"}) {
        shop.order(no, DUE);
      }
      shop.order("NOAUTH-01", DUE, "1900000125", "NOTPAY");

      service.run();

      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
      assertThat(events.of(Event.ORDER_CLOSED)).hasSize(5);
      assertThat(events.of(Event.ORDER_PAID)).hasSize(1);
      assertThat(events.of(Event.PAUSED)).hasSize(1);
    }
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(5);
    assertThat(shop.row("PAID-01")).containsEntry("state", "PAID");
    assertThat(shop.row("PAID-01").get("transaction_id")).isNotEmpty();
    assertThat(shop.states().values()).doesNotContain("CLAIMED");
    assertThat(shop.text("SELECT message FROM order_closer.pause"))
        .matches("[ -~]*\\\\u[0-9a-f]{4}[ -~]*");
    assertThat(shop.text("SELECT DISTINCT instance_id FROM order_closer.close_attempt"))
        .isEqualTo("\\u5173\\u5355-\\u7532\\ud83d\\ude00");
    assertThat(shop.count("order_closer.close_attempt WHERE message ~ '[^ -~]'")).isZero();
  }

  /** Bytes that are no text in any encoding that the service could read. */
  @ParameterizedTest
  @ValueSource(strings = {"SQL_ASCII", "EUC_CN"})
  void rowThatIsNoUnicodeTextStopsNoOther(String encoding) {
    Shop shop = Shop.in(Postgres.freshDatabaseIn(encoding));
    // In EUC_CN this is a pair of bytes that no character has.
    String bytes = encoding.equals("SQL_ASCII") ? "\\xb6\\xa9\\xb5\\xa5" : "\\xaa\\xa1\\xaa\\xa2";
    shop.orders("ORDER-", 35, DUE, Shop.SUB_MCHID);
    shop.order("BAD-001", DUE);
    shop.order("BAD-002", DUE);
    shop.execute(
        "UPDATE orders SET out_trade_no = E'" + bytes + "1234' WHERE out_trade_no = 'BAD-001'");
    shop.execute("UPDATE orders SET sub_mchid = E'" + bytes + "' WHERE out_trade_no = 'BAD-002'");

    try (Rig rig = Rig.open(shop);
        Events events = Events.open()) {
      rig.sweep();
      rig.sweep();
      shop.order("ORDER-NEW", DUE);
      rig.sweep();

      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
      assertThat(events.of(Event.ORDER_CLOSED)).hasSize(36);
      assertThat(events.of(Event.ORDER_ABANDONED).size() + events.of(Event.ROW_UNREADABLE).size())
          .isEqualTo(2);
    }
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(36);
  }
}
