package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.Event;
import io.staleorders.store.Databases;
import io.staleorders.store.RetentionStore;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
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
    Optional<RetentionStore.Step> step = store.remove(RetentionStore.Cursor.START);
    while (step.isPresent()) {
      removed.add(step.get().removed());
      step = store.remove(step.get().last());
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
      new Retention(failing, new DatabaseWatch(() -> {})).run();
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
    }
    assertThat(shop.states()).hasSize(4);
    retain();
    assertThat(shop.states()).isEmpty();
  }

  private void retain() {
    new Retention(store, new DatabaseWatch(() -> {})).run();
  }

  private RetentionStore store(Statements statements) {
    return new RetentionStore(
        Databases.jdbi(Tap.on(rig.pool(), statements)), shop.table(), RETENTION, BATCH);
  }

  /** Lets so many batches through. */
  private static final class Statements implements Tap.Listener {
    private int failsAfter = Integer.MAX_VALUE;
    private int batches;

    @Override
    public void before(String sql) throws SQLException {
      if (sql.contains("WITH old AS") && batches++ >= failsAfter) {
        throw new SQLException("the connection is gone", "08006");
      }
    }

    @Override
    public void after(String sql) {}
  }
}
