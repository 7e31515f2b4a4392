package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.Event;
import io.staleorders.store.Databases;
import io.staleorders.store.RetentionStore;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import io.staleorders.testkit.Tap;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes after {@code HISTORY_RETENTION}, and that nothing happens because of it. */
class RetentionTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final Duration RETENTION = Duration.ofDays(90);
  private static final int BATCH = 3;

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();
  private final RetentionStore store = store(new Statements());

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void oldResolvedOrdersGoWithTheirHistoryInSmallBatches() {
    shop.orders("ORDER-", 10, DUE, Shop.SUB_MCHID);
    rig.sweep();
    rig.advance(RETENTION);
    retain();
    assertThat(shop.states()).hasSize(10);

    rig.advance(Duration.ofMillis(1));
    List<Integer> removed = new ArrayList<>();
    Optional<RetentionStore.Step> step = store.remove(RetentionStore.Cursor.START, BATCH);
    while (step.isPresent()) {
      removed.add(step.get().removed());
      step = store.remove(step.get().last(), BATCH);
    }

    assertThat(removed).containsExactly(3, 3, 3, 1);
    assertThat(shop.count("order_closer.close_attempt")).isZero();
    assertThat(shop.count("order_closer.known_merchant")).isEqualTo(1);
  }

  @Test
  void youngerOrdersStayWithTheirHistory() {
    shop.order("OLDER-1", DUE);
    rig.sweep();
    rig.advance(Duration.ofDays(1));
    shop.order("YOUNGER-1", DUE);
    rig.sweep();
    rig.advance(RETENTION.minusHours(1));

    retain();

    assertThat(shop.states()).containsOnlyKeys("YOUNGER-1");
    assertThat(shop.count("order_closer.close_attempt WHERE out_trade_no = 'YOUNGER-1'"))
        .isEqualTo(2);
    assertThat(shop.count("order_closer.close_attempt")).isEqualTo(2);
  }

  /** More of them than a batch, so that they hide nothing that is to go. */
  @Test
  void openOrdersAndThoseWhoseRowIsStillUnpaidStayWithTheirHistory() {
    for (int i = 0; i < 5; i++) {
      shop.order("PAID-0" + i, DUE);
      shop.order("a b " + i, DUE);
      shop.order("STAYS-" + i, DUE);
    }
    rig.sweep();
    rig.advance(Duration.ofSeconds(1));
    shop.order("ORDER-1", DUE);
    rig.sweep();
    rig.advance(RETENTION.plusHours(1));

    retain();

    assertThat(shop.states()).hasSize(15).doesNotContainKey("ORDER-1");
    assertThat(shop.count("order_closer.close_attempt WHERE out_trade_no LIKE 'STAYS%'"))
        .isEqualTo(10);
    assertThat(shop.count("order_closer.close_attempt WHERE out_trade_no LIKE 'PAID%'"))
        .isPositive();

    shop.setStatus("PAID-03", "SUCCESS");
    shop.execute("DELETE FROM orders WHERE out_trade_no = 'a b 4'");
    retain();
    assertThat(shop.states()).hasSize(13).doesNotContainKeys("PAID-03", "a b 4");
  }

  @Test
  void nothingIsCalledOrSaidAgainBecauseOfIt() {
    rig.restart(Options.defaults().notFound(NotFoundRule.KEEP));
    shop.order("ORDER-1", DUE);
    shop.order("PAID-01", DUE);
    shop.order("ABSENT-1", DUE);
    shop.order("a b", DUE);
    for (int i = 0; i < 4; i++) {
      rig.sweep();
      rig.advance(Duration.ofHours(1));
    }
    assertThat(shop.row("ABSENT-1"))
        .containsEntry("state", "NOT_FOUND")
        .containsEntry("next_attempt_at", "");
    assertThat(shop.status("ABSENT-1")).isEqualTo("NOTPAY");
    int calls = rig.sandbox().requests().size();
    rig.advance(RETENTION);

    try (Events events = Events.open()) {
      for (int i = 0; i < 3; i++) {
        retain();
        rig.sweep();
        rig.advance(Duration.ofHours(1));
      }
      rig.restart(Options.defaults().notFound(NotFoundRule.KEEP));
      rig.sweep();

      assertThat(rig.sandbox().requests()).hasSize(calls);
      assertThat(shop.states()).containsOnlyKeys("PAID-01", "ABSENT-1", "a b");
      for (Event event : Event.values()) {
        if (event.text().startsWith("order_")) {
          assertThat(events.of(event)).as(event.text()).isEmpty();
        }
      }
    }
  }

  @Test
  void databaseThatFailsEndsTheRunAndTheNextOneGoesOn() {
    shop.orders("ORDER-", 10, DUE, Shop.SUB_MCHID);
    rig.sweep();
    rig.advance(RETENTION.plusHours(1));
    Statements statements = new Statements();
    statements.failsAfter = 2;
    RetentionStore failing = store(statements);

    try (Events events = Events.open()) {
      new Retention(failing, BATCH).run();
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
      assertThat(events.fields())
          .extracting(line -> line.get("sql_state"))
          .containsOnlyOnce("08006");
    }
    assertThat(shop.states()).hasSize(4);
    retain();
    assertThat(shop.states()).isEmpty();
  }

  @Test
  void paymentStaysUntilItIsSettled() {
    for (String number : List.of("PAID-01", "PAID-02", "PAID-03", "PAID-04", "PAID-05")) {
      shop.order(number, DUE);
    }
    rig.sweep();
    shop.setStatus("PAID-01", "CLOSED");
    shop.execute("DELETE FROM orders WHERE out_trade_no = 'PAID-02'");
    shop.setStatus("PAID-04", "SUCCESS");
    shop.setStatus("PAID-05", "CLOSED");
    shop.execute(
        "UPDATE order_closer.order_close SET acknowledged_at = resolved_at"
            + " WHERE out_trade_no = 'PAID-05'");
    rig.advance(RETENTION.plusHours(1));

    retain();

    assertThat(shop.states()).containsOnlyKeys("PAID-01", "PAID-02", "PAID-03");
    assertThat(shop.text("SELECT count(DISTINCT out_trade_no) FROM order_closer.close_attempt"))
        .isEqualTo("3");
  }

  @Test
  void orderWhoseNumberTheShopsKeyCannotHaveGoesToo() {
    shop.execute("ALTER TABLE orders ALTER out_trade_no TYPE bigint USING 1");
    for (String number : List.of("ORDER-OLD-1", "99999999999999999999", "42", "7")) {
      resolvedLongAgo(number, Duration.ofHours(1));
    }
    shop.execute("INSERT INTO orders (out_trade_no, created_at) VALUES (42, now()), (7, now())");
    shop.execute("UPDATE orders SET status = 'SUCCESS' WHERE out_trade_no = 7");
    List<String> warnings;
    try (Events events = Events.open()) {
      new Retention(store(new Statements()), BATCH).run();
      warnings = events.warnings();
    }

    assertThat(shop.states()).containsOnlyKeys("42");
    assertThat(warnings).isEmpty();
  }

  /** A view's expression that one row breaks, tried in every place of a batch. */
  @Test
  void rowThatCannotBeReadStopsNoOther() {
    shop.execute("ALTER TABLE orders RENAME TO kept");
    shop.execute("CREATE VIEW orders AS SELECT k.*, 10 / (k.amount - 1) AS channel FROM kept k");
    for (int i = 0; i < 10; i++) {
      resolvedLongAgo("ORDER-" + i, Duration.ofHours(i));
    }
    shop.execute(
        "INSERT INTO kept (out_trade_no, status, created_at, amount)"
            + " VALUES ('ORDER-4', 'NOTPAY', now(), 1), ('ORDER-9', 'NOTPAY', now(), 1)");
    Retention retention =
        new Retention(
            new RetentionStore(
                Databases.jdbi(rig.pool()),
                shop.table(TableSettings.defaults().filter("channel", "1").mapping()),
                RETENTION),
            4);

    try (Events events = Events.open()) {
      retention.run();

      assertThat(events.fields())
          .filteredOn(line -> line.containsKey("out_trade_no"))
          .extracting(line -> line.get("out_trade_no"), line -> line.get("sql_state"))
          .containsExactlyInAnyOrder(tuple("ORDER-4", "22012"), tuple("ORDER-9", "22012"));
    }
    assertThat(shop.states()).containsOnlyKeys("ORDER-4", "ORDER-9");
  }

  @Test
  void stepThatTakesTooLongIsLoggedAndTriedWithFewerOrders() {
    for (int i = 0; i < 5; i++) {
      resolvedLongAgo("ORDER-" + i, Duration.ofHours(i));
    }
    Statements statements = new Statements();
    statements.tooLongFor = 2;

    try (Events events = Events.open()) {
      new Retention(store(statements), 4).run();

      assertThat(events.fields())
          .filteredOn(line -> line.containsKey("orders"))
          .extracting(line -> line.get("orders"), line -> line.get("sql_state"))
          .containsExactly(tuple("4", "57014"), tuple("2", "57014"));
    }
    assertThat(shop.states()).isEmpty();
  }

  @Test
  void oldHistoryOfOrdersThatAreGoneGoesToo() {
    shop.orders("ORDER-", 3, DUE, Shop.SUB_MCHID);
    rig.sweep();
    shop.execute("DELETE FROM order_closer.order_close WHERE out_trade_no <> 'ORDER-1'");
    shop.execute(
        "UPDATE order_closer.close_attempt SET started_at = started_at - interval '91 days'"
            + " WHERE out_trade_no <> 'ORDER-2'");

    retain();

    assertThat(
            shop.text(
                "SELECT string_agg(DISTINCT out_trade_no, ',') FROM order_closer.close_attempt"))
        .isEqualTo("ORDER-1,ORDER-2");
  }

  private void resolvedLongAgo(String outTradeNo, Duration beforeOthers) {
    shop.execute(
        "INSERT INTO order_closer.order_close (out_trade_no, sp_mchid, sub_mchid, order_created_at,"
            + " state, attempts, resolved_at) SELECT ?, '1', '2', at, 'CLOSED', 1, at"
            + " FROM (SELECT now - interval '100 days' - ? * interval '1 second' AS at"
            + " FROM testkit.clock) AS long_ago",
        outTradeNo,
        beforeOthers.toSeconds());
  }

  private void retain() {
    new Retention(store, BATCH).run();
  }

  private RetentionStore store(Statements statements) {
    return new RetentionStore(
        Databases.jdbi(Tap.on(rig.pool(), statements)), shop.table(), RETENTION);
  }

  /** Lets so many batches through. */
  private static final class Statements implements Tap.Listener {
    private int failsAfter = Integer.MAX_VALUE;

    /** So many batches take too long. */
    private int tooLongFor;

    private int batches;

    @Override
    public void before(String sql) throws SQLException {
      if (sql.contains("WITH old AS") && batches++ >= failsAfter) {
        throw new SQLException("the connection is gone", "08006");
      }
      if (sql.contains("WITH old AS") && tooLongFor-- > 0) {
        throw new SQLException("canceling statement due to statement timeout", "57014");
      }
    }

    @Override
    public void after(String sql) {}
  }
}
