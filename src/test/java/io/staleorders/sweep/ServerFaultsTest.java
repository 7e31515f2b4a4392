package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.order.Event;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Faults that a real server makes, and not a test's data source. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ServerFaultsTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final String READ_ONLY = "default_transaction_read_only = on";

  /** Far fewer than a copy would send that asked again without waiting. */
  private static final int FEW_STATEMENTS = 60;

  private static final String END_ALL =
      "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
          + " WHERE datname = current_database() AND application_name LIKE 'stale-order-closer%'";

  private final Shop shop = Shop.open();
  private final AtomicInteger statements = new AtomicInteger();

  @AfterEach
  void allowWriting() {
    setDatabase("RESET default_transaction_read_only");
  }

  /** As where a fail-over leaves the copy with a standby for a while. */
  @Test
  void whileTheDatabaseIsReadOnlyNothingIsCalledAndWhatWasAnsweredIsRecordedAfterwards() {
    try (Rig rig = Rig.open(shop);
        Events events = Events.open();
        Sweep copy = rig.copy("copy-1", Tap.on(rig.pool(), new Counting()))) {
      shop.order("ORDER-0", DUE);
      copy.run();
      shop.orders("ASKED-", 5, DUE, Shop.SUB_MCHID);
      rig.sandbox()
          .script(
              facts -> {
                if (facts.nth() == 2 && facts.outTradeNo().orElse("").equals("ASKED-1")) {
                  failOver("SET " + READ_ONLY);
                }
                return Optional.empty();
              });
      copy.run();
      await().until(() -> rig.sandbox().requests("ASKED-1").size() == 2);
      int calls = rig.sandbox().requests().size();
      assertRestsWhileItIsAway(copy);

      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
      assertThat(events.of(Event.DATABASE_RECOVERED)).isEmpty();
      assertThat(rig.sandbox().requests()).hasSize(calls);
      assertThat(shop.count("orders WHERE status = 'CLOSED'")).isLessThan(6);

      failOver("RESET default_transaction_read_only");
      runUntilClosed(copy, 6);
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
      assertThat(events.of(Event.DATABASE_RECOVERED)).hasSize(1);
      assertThat(rig.sandbox().requests("ASKED-1")).hasSize(2);
    }
  }

  /** As where the shop changes its table; a copy leaves no sessions behind that wait for it. */
  @Test
  void tableThatTheShopLocksIsWaitedForWithoutAPileOfSessions() {
    shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);
    try (Rig rig = Rig.open(shop);
        Events events = Events.open();
        Sweep copy = rig.copy("copy-1", Tap.on(rig.pool(), new Counting()))) {
      try (Handle handle = shop.jdbi().open()) {
        handle.begin();
        handle.execute("LOCK TABLE orders IN ACCESS EXCLUSIVE MODE");
        long begun = System.nanoTime();
        copy.run();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(25));
        assertRestsWhileItIsAway(copy);
        assertThat(
                shop.count(
                    "pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock'"))
            .isLessThanOrEqualTo(1);
        assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
        assertThat(events.of(Event.DATABASE_RECOVERED)).isEmpty();
        assertThat(rig.sandbox().requests()).isEmpty();
        handle.rollback();
      }
      runUntilClosed(copy, 5);
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
      assertThat(events.of(Event.DATABASE_RECOVERED)).hasSize(1);
    }
  }

  @Test
  void poolWithoutAFreeConnectionIsWaitedFor() throws SQLException {
    shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);
    try (Rig rig = Rig.open(shop);
        Events events = Events.open();
        Sweep copy = rig.copy("copy-1", Tap.on(rig.pool(), new Counting()))) {
      List<Connection> taken = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        taken.add(rig.pool().getConnection());
      }
      copy.run();
      copy.run();
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
      assertThat(rig.sandbox().requests()).isEmpty();
      for (Connection connection : taken) {
        connection.close();
      }

      runUntilClosed(copy, 5);
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
      assertThat(events.of(Event.DATABASE_RECOVERED)).hasSize(1);
    }
  }

  /** As some shops set it: two copies then fail at each other's statements all the time. */
  @Test
  void databaseThatSerializesByDefaultIsNotTakenForOneThatFails() {
    setDatabase("SET default_transaction_isolation = 'serializable'");
    shop.orders("ORDER-", 60, DUE, Shop.SUB_MCHID);
    try (Rig rig = Rig.open(shop);
        Events events = Events.open();
        Sweep one = rig.copy("copy-1", rig.pool());
        Sweep other = rig.copy("copy-2", rig.pool())) {
      assertThat(shop.text("SHOW transaction_isolation")).isEqualTo("serializable");
      CompletableFuture<Duration> running =
          CompletableFuture.supplyAsync(other::run, Thread::startVirtualThread);
      one.run();
      running.join();
      one.run();

      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
      assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(60);
      assertThat(
              shop.text(
                  "SELECT coalesce(string_agg(concat_ws(' ', out_trade_no, attempts, code, reason,"
                      + " message), ', '), '') FROM order_closer.order_close WHERE attempts <> 1"))
          .isEmpty();
    }
  }

  /** Closing gives stock back; a payment takes the stock's row first, and then the order's. */
  @Test
  void deadlockWithAPaymentEndsWithThePayment() {
    shop.execute("CREATE TABLE stock AS SELECT 1 AS id, 5 AS pieces");
    shop.execute(
        """
        CREATE FUNCTION give_back() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE stock SET pieces = pieces + 1 WHERE NEW.status = 'CLOSED';
            RETURN NEW;
        END $$
        """);
    shop.execute(
        "CREATE TRIGGER give_back BEFORE UPDATE ON orders"
            + " FOR EACH ROW EXECUTE FUNCTION give_back()");
    shop.orders("ORDER-", 3, DUE, Shop.SUB_MCHID);
    try (Rig rig = Rig.open(shop);
        Events events = Events.open();
        Handle payment = shop.jdbi().open()) {
      rig.restart(
          Options.defaults().callTimeout(Duration.ofSeconds(2)).lease(Duration.ofSeconds(20)));
      payment.begin();
      payment.execute("UPDATE stock SET pieces = 4");
      CompletableFuture<Duration> sweep =
          CompletableFuture.supplyAsync(rig::sweep, Thread::startVirtualThread);
      await()
          .until(
              () ->
                  shop.count(
                          "pg_stat_activity WHERE datname = current_database()"
                              + " AND wait_event_type = 'Lock'")
                      > 0);
      payment.execute("UPDATE orders SET status = 'SUCCESS' WHERE out_trade_no = 'ORDER-1'");
      payment.commit();
      sweep.join();

      assertThat(shop.status("ORDER-1")).isEqualTo("SUCCESS");
      assertThat(shop.row("ORDER-1")).containsEntry("state", "SUPERSEDED");
      assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(2);
      assertThat(shop.text("SELECT pieces FROM stock")).isEqualTo("6");
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }
  }

  /** Runs the copy as its schedule does, for some seconds. */
  private void assertRestsWhileItIsAway(Sweep copy) {
    statements.set(0);
    long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (System.nanoTime() < end) {
      Duration wait = copy.run();
      assertThat(wait).isLessThanOrEqualTo(Duration.ofSeconds(1)).isPositive();
      await().pollDelay(wait).atMost(wait.plusSeconds(5)).until(() -> true);
    }
    assertThat(statements.get()).isPositive().isLessThan(FEW_STATEMENTS);
  }

  /** As its schedule does, until the database counts as well and the orders are closed. */
  private void runUntilClosed(Sweep copy, int orders) {
    await()
        .until(
            () -> {
              copy.run();
              return copy.mayCall() && shop.count("orders WHERE status = 'CLOSED'") == orders;
            });
  }

  private void failOver(String setting) {
    setDatabase(setting);
    shop.text(END_ALL);
  }

  private void setDatabase(String setting) {
    String name = shop.text("SELECT current_database()");
    shop.jdbi()
        .useHandle(
            handle -> {
              handle.execute("SET default_transaction_read_only = off");
              handle.execute("ALTER DATABASE %s %s".formatted(name, setting));
            });
  }

  private final class Counting implements Tap.Listener {
    @Override
    public void before(String sql) {
      statements.incrementAndGet();
    }

    @Override
    public void after(String sql) {}
  }
}
