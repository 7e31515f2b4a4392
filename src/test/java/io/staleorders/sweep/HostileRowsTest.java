package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What one row of the shop's holds stops no other order, and is reported (promise 5). */
class HostileRowsTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  /** A view whose column cannot be computed for one row of 30, and how that row is made so. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "(meta->>'sub_mchid')::bigint AS sub_mchid, o.created_at",
        "(CASE WHEN o.out_trade_no = 'BAD-001' THEN '{' ELSE '{\"s\":\"1900000109\"}' END)::json->>'s'"
            + " AS sub_mchid, o.created_at",
        "o.sub_mchid, (meta->>'made')::timestamptz AS created_at",
        "o.sub_mchid, o.created_at + (1 / (meta->>'n')::int - 1) * interval '1 hour' AS created_at",
      })
  void rowThatCannotBeReadIsReportedAndTheOthersAreClosed(String columns) {
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    shop.order("BAD-001", DUE);
    shop.execute("ALTER TABLE orders ADD meta jsonb");
    shop.execute(
        "UPDATE orders SET meta = jsonb_build_object("
            + "'sub_mchid', sub_mchid, 'made', created_at::text, 'n', 1)");
    shop.execute(
        "UPDATE orders SET meta = '{\"sub_mchid\": \"n/a\", \"made\": \"soon\", \"n\": 0}'"
            + " WHERE out_trade_no = 'BAD-001'");
    shop.execute(
        "CREATE VIEW due AS SELECT o.out_trade_no, o.status, " + columns + " FROM orders o");
    shop.execute("ALTER TABLE due RENAME TO odd_orders");
    rig.restart(Options.defaults().table(TableSettings.defaults().table("odd_orders")));

    assertOnlyTheBadOneIsLeft();
  }

  private void assertOnlyTheBadOneIsLeft() {
    try (Events events = Events.open()) {
      rig.sweep();
      rig.sweep();
      assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(30);
      assertThat(events.of(Event.ROW_UNREADABLE))
          .singleElement()
          .satisfies(line -> assertThat(line).containsEntry("out_trade_no", "BAD-001"));
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();

      shop.order("ORDER-NEW", DUE);
      shop.execute(
          "UPDATE orders SET meta = o.meta FROM orders o"
              + " WHERE orders.meta IS NULL AND o.out_trade_no = 'ORDER-0'");
      rig.sweep();
      assertThat(shop.status("ORDER-NEW")).isEqualTo("CLOSED");
      assertThat(events.of(Event.ROW_UNREADABLE)).hasSize(1);
    }
  }

  /** It was well when it was entered. */
  @Test
  void rowThatCannotBeReadAnyMoreIsReportedAndTheOthersAreClosed() {
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    shop.order("BAD-001", DUE);
    shop.execute("ALTER TABLE orders ADD n int DEFAULT 1");
    shop.execute(
        "CREATE VIEW odd_orders AS SELECT out_trade_no, status, created_at,"
            + " (sub_mchid::bigint / n)::text AS sub_mchid FROM orders");
    rig.restart(
        Options.defaults().closeRate(1000).table(TableSettings.defaults().table("odd_orders")));
    rig.sandbox().script(facts -> Optional.empty());
    shop.execute(
        "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            + " UPDATE orders SET n = 0 WHERE out_trade_no = 'BAD-001'; RETURN NULL; END $$");
    shop.execute(
        "CREATE TRIGGER spoil AFTER INSERT ON order_closer.order_close"
            + " FOR EACH STATEMENT EXECUTE FUNCTION spoil()");

    try (Events events = Events.open()) {
      rig.sweep();
      assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(30);
      assertThat(events.of(Event.ROW_UNREADABLE)).hasSize(1);
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }
    assertThat(rig.sandbox().requests("BAD-001")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "294276-12-31 23:59:59+00",
        "infinity",
        "-infinity",
        "4713-01-01 00:00:00+00 BC",
        "9999-12-31 00:00:00+00"
      })
  void timeAtTheEndsOfTheCalendarStopsNobody(String time) {
    shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);
    shop.order("ODD-001", DUE);
    shop.execute(
        "UPDATE orders SET created_at = CAST(? AS timestamptz) WHERE out_trade_no = 'ODD-001'",
        time);

    try (Events events = Events.open()) {
      rig.sweep();
      assertThat(shop.count("orders WHERE status = 'CLOSED' AND out_trade_no LIKE 'ORDER%'"))
          .isEqualTo(5);
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"294276-12-31 23:59:59", "infinity", "-infinity", "4713-01-01 BC"})
  void timeWithoutAZoneAtTheEndsOfTheCalendarStopsNobody(String time) {
    shop.execute(
        "ALTER TABLE orders ALTER created_at TYPE timestamp USING created_at AT TIME ZONE 'Asia/Shanghai'");
    rig.restart(Options.defaults().table(TableSettings.defaults().zone("Asia/Shanghai")));
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT 'ORDER-1', '1900000109', (now - interval '20 min') AT TIME ZONE 'Asia/Shanghai'"
            + " FROM testkit.clock");
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " VALUES ('ODD-001', '1900000109', CAST(? AS timestamp))",
        time);

    try (Events events = Events.open()) {
      rig.sweep();
      assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"COLLATE nocase", "COLLATE \"C\"", "COLLATE \"POSIX\""})
  void keyOfAnyCollationIsServed(String collation) {
    shop.execute(
        "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
    shop.execute("ALTER TABLE orders ALTER out_trade_no TYPE text " + collation);
    shop.execute("ALTER TABLE orders ALTER sub_mchid TYPE text " + collation);
    shop.execute("ALTER TABLE orders ALTER status TYPE text " + collation);
    rig.restart(Options.defaults());
    shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);
    shop.order("short", DUE);

    rig.sweep();

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(5);
    assertThat(shop.row("short")).containsEntry("reason", "MALFORMED");
  }

  /** The column was text once. */
  @Test
  void oldNumberThatIsNoKeyAnyMoreStopsNothing() {
    shop.execute("ALTER TABLE orders ALTER out_trade_no TYPE bigint USING id + 20260000000");
    rig.restart(Options.defaults());
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT 20260000001, '1900000109', now - interval '20 min' FROM testkit.clock");
    for (String old : new String[] {"ORDER-OLD-1", "0020260000001", "99999999999999999999"}) {
      shop.execute(
          "INSERT INTO order_closer.order_close (out_trade_no, sp_mchid, sub_mchid, order_created_at,"
              + " state, next_attempt_at) SELECT ?, '1900000100', '1900000109', now, 'DUE', now"
              + " FROM testkit.clock",
          old);
    }

    try (Events events = Events.open()) {
      rig.sweep();
      assertThat(shop.text("SELECT status FROM orders")).isEqualTo("CLOSED");
      assertThat(shop.states())
          .containsEntry("ORDER-OLD-1", "SUPERSEDED")
          .containsEntry("0020260000001", "SUPERSEDED")
          .containsEntry("99999999999999999999", "SUPERSEDED");
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }
    assertThat(rig.sandbox().requests("0020260000001")).isEmpty();
  }

  /** Whatever the SQLSTATE says: the connection works, and so do the other rows. */
  @ParameterizedTest
  @ValueSource(
      strings = {"53100", "53300", "25006", "57P01", "57P03", "08001", "08006", "58030", "XX000"})
  void triggerThatSpeaksOfTheServerIsOneRowsMatter(String sqlState) {
    shop.orders("ORDER-", 20, DUE, Shop.SUB_MCHID);
    shop.order("BAD-001", DUE);
    onUpdateOfTheBadOne("RAISE EXCEPTION 'server?' USING ERRCODE = '" + sqlState + "'");

    try (Events events = Events.open()) {
      rig.sweep();
      assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(20);
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
      assertThat(events.of(Event.ORDER_ROW_REFUSED))
          .singleElement()
          .satisfies(line -> assertThat(line).containsEntry("sql_state", sqlState));
    }
    for (int i = 0; i < 20; i++) {
      assertThat(rig.sandbox().requests("ORDER-" + i)).hasSize(2);
    }
    assertThat(shop.row("BAD-001"))
        .containsEntry("state", "RETRY")
        .containsEntry("reason", "ROW_REFUSED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"NEW.status := OLD.status", "NEW.status := 'OTHER'"})
  void rowThatDoesNotTakeTheStatusIsNeverClosedHere(String statement) {
    shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);
    shop.order("BAD-001", DUE);
    onUpdateOfTheBadOne(statement);

    try (Events events = Events.open()) {
      rig.sweep();
      rig.advanceToNextAttempt("BAD-001");
      rig.sweep();
      assertThat(events.of(Event.ORDER_CLOSED)).hasSize(5);
      assertThat(events.of(Event.ORDER_ROW_REFUSED)).hasSize(1);
    }
    assertThat(shop.row("BAD-001").get("state")).isIn("RETRY", "SUPERSEDED");
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(5);
  }

  @Test
  void refusedRowIsReportedOncePerDay() {
    shop.order("BAD-001", DUE);
    onUpdateOfTheBadOne("RAISE EXCEPTION 'no'");

    try (Events events = Events.open()) {
      for (int i = 0; i < 4; i++) {
        rig.sweep();
        rig.advanceToNextAttempt("BAD-001");
      }
      assertThat(events.of(Event.ORDER_ROW_REFUSED)).hasSize(1);
      rig.advance(Duration.ofDays(1));
      rig.sweep();
      assertThat(events.of(Event.ORDER_ROW_REFUSED)).hasSize(2);
    }
  }

  @Test
  void slowRowsDelayNobodyElse() {
    shop.orders("ORDER-", 60, DUE, Shop.SUB_MCHID);
    shop.orders("BAD-00", 3, DUE, Shop.SUB_MCHID);
    shop.execute(
        """
        CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.out_trade_no LIKE 'BAD-%' THEN
                PERFORM pg_sleep(1.5);
            END IF;
            RETURN NEW;
        END $$
        """);
    shop.execute(
        "CREATE TRIGGER linger BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION linger()");
    rig.restart(Options.defaults().closeRate(1000));

    try (Events events = Events.open()) {
      rig.sweep();
      List<String> closed =
          events.of(Event.ORDER_CLOSED).stream().map(line -> line.get("out_trade_no")).toList();
      assertThat(closed).hasSize(63);
      // One after the other they take more than four seconds, which nobody else waits.
      assertThat(closed.getLast()).startsWith("BAD-");
    }
    for (int i = 0; i < 60; i++) {
      assertThat(rig.sandbox().requests("ORDER-" + i)).hasSize(2);
    }
  }

  private void onUpdateOfTheBadOne(String statement) {
    shop.execute(
        """
        CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.out_trade_no = 'BAD-001' THEN
                %s;
            END IF;
            RETURN NEW;
        END $$
        """
            .formatted(statement));
    shop.execute("CREATE TRIGGER odd BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION odd()");
  }
}
