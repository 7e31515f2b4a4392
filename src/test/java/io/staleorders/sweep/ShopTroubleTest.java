package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.order.Event;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Promise 5: trouble that the shop's database makes over one order stays with that order. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ShopTroubleTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  /** Whatever its SQLSTATE: a trigger may raise any, its own inventions too. */
  @Test
  void orderWhoseTriggerRaisesIsTriedAgainAndStopsNobody() {
    rig.restart(
        Options.defaults().callTimeout(Duration.ofSeconds(2)).lease(Duration.ofSeconds(10)));
    List<String> states =
        List.of(
            "P0001",
            "45000",
            "ZX001",
            "23505",
            "57014",
            "55P03",
            "40001",
            "40P01",
            "XX000",
            // Of another database that a trigger asks.
            "08001",
            "28P01",
            "3D000");
    shop.execute("CREATE TABLE trouble (out_trade_no text, sql_state text)");
    shop.execute(
        """
        CREATE FUNCTION raise_trouble() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE found_state text;
        BEGIN
            SELECT sql_state INTO found_state FROM trouble WHERE out_trade_no = NEW.out_trade_no;
            IF found_state IS NOT NULL THEN
                RAISE EXCEPTION 'stock is counted' USING ERRCODE = found_state;
            END IF;
            RETURN NEW;
        END $$
        """);
    shop.execute(
        "CREATE TRIGGER raise_trouble BEFORE UPDATE ON orders"
            + " FOR EACH ROW EXECUTE FUNCTION raise_trouble()");
    states.forEach(
        state -> {
          shop.order("TROUBLE-" + state, DUE);
          shop.execute("INSERT INTO trouble VALUES (?, ?)", "TROUBLE-" + state, state);
        });
    shop.orders("ORDER-", 20, DUE, Shop.SUB_MCHID);

    try (Events events = Events.open()) {
      rig.sweep();
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(20);
    for (String state : states) {
      assertThat(shop.row("TROUBLE-" + state))
          .as(state)
          .containsEntry("state", "RETRY")
          .containsEntry("reason", "ROW_REFUSED")
          .containsEntry("claim_id", "");
    }
    shop.execute("DELETE FROM trouble");
    rig.advance(Duration.ofMinutes(1));
    rig.sweep();
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(20 + states.size());
  }

  /** A trigger may say of another server what ours would say of itself. */
  @Test
  void orderWhoseTriggerSpeaksLikeAFailingServerStopsNobodyForLongerThanItsLease() {
    rig.restart(
        Options.defaults().callTimeout(Duration.ofSeconds(2)).lease(Duration.ofSeconds(12)));
    shop.execute(
        """
        CREATE FUNCTION raise_trouble() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.out_trade_no = 'TROUBLE-1' THEN
                RAISE EXCEPTION 'remote disk is full' USING ERRCODE = '53100';
            END IF;
            RETURN NEW;
        END $$
        """);
    shop.execute(
        "CREATE TRIGGER raise_trouble BEFORE UPDATE ON orders"
            + " FOR EACH ROW EXECUTE FUNCTION raise_trouble()");
    shop.order("TROUBLE-1", DUE);
    shop.orders("ORDER-", 20, DUE, Shop.SUB_MCHID);

    await()
        .until(
            () -> {
              rig.sweep();
              // A busy machine may let a call time out: it is tried again.
              rig.advance(Duration.ofSeconds(1));
              return shop.count("orders WHERE status = 'CLOSED'") == 20
                  && "RETRY".equals(shop.row("TROUBLE-1").get("state"));
            });

    assertThat(shop.row("TROUBLE-1")).containsEntry("reason", "ROW_REFUSED");
  }

  /** As where closing gives stock back, and that row is locked. */
  @Test
  void manyOrdersBehindOneLockDelayTheOthersLittle() {
    shop.execute("CREATE TABLE stock AS SELECT 1 AS id, 5 AS pieces");
    shop.execute(
        """
        CREATE FUNCTION give_back() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE stock SET pieces = pieces + 1 WHERE OLD.out_trade_no LIKE 'STOCKED%';
            RETURN NEW;
        END $$
        """);
    shop.execute(
        "CREATE TRIGGER give_back BEFORE UPDATE ON orders"
            + " FOR EACH ROW EXECUTE FUNCTION give_back()");
    shop.orders("STOCKED-", 20, Duration.ofMinutes(40), Shop.SUB_MCHID);
    shop.orders("ORDER-", 10, DUE, Shop.SUB_MCHID);

    try (Handle handle = shop.jdbi().open()) {
      handle.begin();
      handle.execute("UPDATE stock SET pieces = 4");
      CompletableFuture<Duration> sweep =
          CompletableFuture.supplyAsync(rig::sweep, Thread::startVirtualThread);
      await().until(() -> shop.count("orders WHERE status = 'CLOSED'") == 10);
      assertThat(shop.count("order_closer.order_close WHERE state = 'CLAIMED'")).isEqualTo(20);
      handle.rollback();
      sweep.join();
    }

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(30);
  }

  @Test
  void ordersWhoseRowsTheShopHoldsTakeNoRoomFromTheOthers() {
    rig.restart(Options.defaults().closeRate(20));
    shop.orders("HELD-", 40, Duration.ofMinutes(40), Shop.SUB_MCHID);
    shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);

    try (Handle handle = shop.jdbi().open()) {
      handle.begin();
      handle.execute("SELECT FROM orders WHERE out_trade_no LIKE 'HELD%' FOR UPDATE");
      CompletableFuture<Duration> sweep =
          CompletableFuture.supplyAsync(rig::sweep, Thread::startVirtualThread);
      await().until(() -> shop.count("orders WHERE status = 'CLOSED'") == 5);
      assertThat(shop.count("order_closer.order_close WHERE state = 'CLAIMED'")).isEqualTo(40);
      handle.rollback();
      sweep.join();
    }

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(45);
  }

  @Test
  void orderWhoseRowIsRefusedForAWeekIsReported() {
    shop.execute(
        """
        CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RETURN NULL;
        END $$
        """);
    shop.execute(
        "CREATE TRIGGER swallow BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION swallow()");
    shop.order("ORDER-1", DUE);

    for (int attempt = 0; attempt < 12; attempt++) {
      rig.sweep();
      rig.advance(Duration.ofHours(16));
    }

    assertThat(shop.row("ORDER-1"))
        .containsEntry("state", "ABANDONED")
        .containsEntry("reason", "EXHAUSTED");
    assertThat(shop.status("ORDER-1")).isEqualTo("NOTPAY");
  }

  @Test
  void orderThatLosesItsTimeIsLookedAtSeldomAndNotCalledAbout() {
    shop.execute("ALTER TABLE orders ALTER created_at DROP NOT NULL");
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    shop.order("ORDER-1", DUE);
    rig.sweep();
    rig.sandbox().faults().clear();
    shop.execute("DELETE FROM order_closer.pause");
    shop.execute("UPDATE orders SET created_at = NULL");
    int calls = rig.sandbox().requests().size();

    rig.sweep();

    assertThat(rig.sandbox().requests()).hasSize(calls);
    assertThat(shop.untilNextAttempt("ORDER-1")).isEqualTo(Duration.ofMinutes(10));
  }

  /** As where closing gives stock back, and that row is locked. */
  @Test
  void orderWhoseTriggerWaitsForALockDelaysTheOthersForASecondAtMost() {
    rig.restart(Options.defaults().callTimeout(Duration.ofSeconds(1)).lease(Duration.ofSeconds(8)));
    shop.execute("CREATE TABLE stock AS SELECT 1 AS id, 5 AS pieces");
    shop.execute(
        """
        CREATE FUNCTION give_back() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE stock SET pieces = pieces + 1 WHERE OLD.out_trade_no = 'STOCKED-1';
            RETURN NEW;
        END $$
        """);
    shop.execute(
        "CREATE TRIGGER give_back BEFORE UPDATE ON orders"
            + " FOR EACH ROW EXECUTE FUNCTION give_back()");
    shop.order("STOCKED-1", DUE);
    shop.orders("ORDER-", 10, DUE, Shop.SUB_MCHID);

    try (Handle handle = shop.jdbi().open();
        Events events = Events.open()) {
      handle.begin();
      handle.execute("UPDATE stock SET pieces = 4");
      CompletableFuture<Duration> sweep =
          CompletableFuture.supplyAsync(rig::sweep, Thread::startVirtualThread);
      await().until(() -> shop.count("orders WHERE status = 'CLOSED'") == 10);
      assertThat(shop.row("STOCKED-1"))
          .as("still tried when the others are done")
          .containsEntry("state", "CLAIMED");
      sweep.join();
      handle.rollback();
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }

    assertThat(shop.row("STOCKED-1")).containsEntry("state", "RETRY");
    rig.advanceToNextAttempt("STOCKED-1");
    rig.sweep();
    assertThat(shop.status("STOCKED-1")).isEqualTo("CLOSED");
  }

  @Test
  void updateThatATriggerSwallowsIsNotTakenForDone() {
    shop.execute(
        "CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS"
            + " 'BEGIN RETURN CASE WHEN NEW.out_trade_no = ''SWALLOWED-1'' THEN NULL ELSE NEW END; END'");
    shop.execute(
        "CREATE TRIGGER swallow BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION swallow()");
    shop.order("SWALLOWED-1", DUE);
    shop.order("ORDER-1", DUE);

    rig.sweep();

    assertThat(shop.row("SWALLOWED-1"))
        .containsEntry("state", "RETRY")
        .containsEntry("reason", "ROW_REFUSED");
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  @Test
  void rowThatTheShopHoldsIsTriedUntilTheLeaseEndsAndThenAgainLater() {
    rig.restart(Options.defaults().callTimeout(Duration.ofSeconds(1)).lease(Duration.ofSeconds(8)));
    shop.order("HELD-001", DUE);
    shop.orders("ORDER-", 10, DUE, Shop.SUB_MCHID);

    try (Handle handle = shop.jdbi().open()) {
      handle.begin();
      handle.execute("SELECT 1 FROM orders WHERE out_trade_no = 'HELD-001' FOR UPDATE");
      CompletableFuture<Duration> sweep =
          CompletableFuture.supplyAsync(rig::sweep, Thread::startVirtualThread);
      await().until(() -> shop.count("orders WHERE status = 'CLOSED'") == 10);
      assertThat(shop.row("HELD-001"))
          .as("still tried when the others are done")
          .containsEntry("state", "CLAIMED");
      sweep.join();
      handle.rollback();
    }

    assertThat(shop.row("HELD-001"))
        .containsEntry("state", "RETRY")
        .containsEntry("reason", "ROW_LOCKED");
    rig.advanceToNextAttempt("HELD-001");
    rig.sweep();
    assertThat(shop.status("HELD-001")).isEqualTo("CLOSED");
  }

  @Test
  void rowDeletedDuringACallIsSuperseded() {
    shop.order("ORDER-1", DUE);
    rig.sandbox()
        .script(
            facts -> {
              shop.execute("DELETE FROM orders");
              return Optional.empty();
            });

    rig.sweep();

    assertThat(shop.row("ORDER-1")).containsEntry("state", "SUPERSEDED");
  }

  @Test
  void paymentThatTheShopKnowsByThenIsRecordedAndLeavesTheRowAlone() {
    shop.order("PAID-01", DUE);
    rig.sandbox()
        .script(
            facts -> {
              shop.setStatus("PAID-01", "SUCCESS");
              return Optional.empty();
            });

    try (Events events = Events.open()) {
      rig.sweep();
      assertThat(events.of(Event.ORDER_PAID)).hasSize(1);
      assertThat(events.of(Event.ORDER_SUPERSEDED)).isEmpty();
    }
    assertThat(shop.row("PAID-01")).containsEntry("state", "PAID");
    assertThat(shop.status("PAID-01")).isEqualTo("SUCCESS");
  }

  @Test
  void answersAreRecordedWithoutWaitingForOtherOrders() {
    CompletableFuture<Void> recorded = new CompletableFuture<>();
    rig.sandbox()
        .script(
            facts -> {
              if (facts.outTradeNo().orElseThrow().equals("SLOW-1")) {
                recorded.join();
              }
              return Optional.empty();
            });
    shop.order("SLOW-1", DUE);
    shop.order("ORDER-1", DUE);

    CompletableFuture<Duration> sweep =
        CompletableFuture.supplyAsync(rig::sweep, Thread::startVirtualThread);

    await().until(() -> shop.status("ORDER-1").equals("CLOSED"));
    assertThat(shop.row("SLOW-1")).containsEntry("state", "CLAIMED");
    recorded.complete(null);
    sweep.join();
  }
}
