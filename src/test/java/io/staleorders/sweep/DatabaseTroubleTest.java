package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A database that is away, or fails at some statements. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DatabaseTroubleTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();
  private final Faulty database = new Faulty();
  private final Sweep sweep = rig.copy("copy-1", Tap.on(rig.pool(), database));

  @AfterEach
  void close() {
    sweep.close();
    rig.close();
  }

  @Test
  void whileTheDatabaseIsAwayNothingIsCalledAndThatIsSaidOnce() {
    shop.order("ORDER-1", DUE);
    database.failsAt = sql -> true;
    try (Events events = Events.open()) {
      for (int i = 0; i < 5; i++) {
        assertThat(sweep.run()).isLessThanOrEqualTo(Duration.ofSeconds(1));
      }
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
      assertThat(events.of(Event.DATABASE_RECOVERED)).isEmpty();
      assertThat(rig.sandbox().requests()).isEmpty();

      database.failsAt = sql -> false;
      runUntilAllIsClosed();
      assertThat(events.of(Event.DATABASE_RECOVERED)).hasSize(1);
    }
  }

  /** As on a disk that is full: reading works. */
  @Test
  void whileNothingCanBeRecordedNothingMoreIsCalledAndThatIsSaidOnce() {
    rig.restart(Options.defaults().closeRate(20).concurrency(1));
    shop.orders("ORDER-", 40, DUE, Shop.SUB_MCHID);
    database.state = "53100";
    database.failsAt =
        sql -> sql.contains("UPDATE order_closer.order_close c\nSET state = CASE WHEN r");
    try (Events events = Events.open();
        Sweep slow = rig.copy("copy-2", Tap.on(rig.pool(), database))) {
      CompletableFuture<Void> mended =
          CompletableFuture.runAsync(
              () -> database.failsAt = sql -> false,
              CompletableFuture.delayedExecutor(3, TimeUnit.SECONDS, Thread::startVirtualThread));
      CompletableFuture<Integer> callsBefore =
          CompletableFuture.supplyAsync(
              () -> rig.sandbox().requests().size(),
              CompletableFuture.delayedExecutor(
                  2_500, TimeUnit.MILLISECONDS, Thread::startVirtualThread));
      slow.run();

      mended.join();
      assertThat(callsBefore.join()).isLessThan(30);
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
    }
    runUntilAllIsClosed();
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(40);
  }

  /** As where a right was taken away. */
  @Test
  void scanThatFailsKeepsNoSweepRunning() {
    shop.order("ORDER-1", DUE);
    database.state = "42501";
    database.failsAt = sql -> sql.contains("WITH page AS");
    try (Events events = Events.open()) {
      for (int i = 0; i < 3; i++) {
        assertThat(sweep.run()).isLessThanOrEqualTo(Duration.ofSeconds(1));
      }
      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
    }
    database.failsAt = sql -> false;
    runUntilAllIsClosed();
  }

  @Test
  void outcomesThatCouldNotBeRecordedAreRecordedWhenTheDatabaseIsBack() {
    shop.order("ORDER-1", DUE);
    rig.sandbox()
        .script(
            facts -> {
              if (facts.nth() == 2) {
                database.failsAt = sql -> true;
              }
              return Optional.empty();
            });
    sweep.run();
    assertThat(shop.row("ORDER-1")).containsEntry("state", "CLAIMED");

    database.failsAt = sql -> false;
    runUntilAllIsClosed();

    assertThat(rig.sandbox().requests("ORDER-1")).hasSize(2);
  }

  private void runUntilAllIsClosed() {
    while (shop.count("orders WHERE status <> 'CLOSED'") > 0) {
      sweep.run();
    }
  }

  /** Fails at the statements that are chosen. */
  private static final class Faulty implements Tap.Listener {
    private volatile Predicate<String> failsAt = sql -> false;
    private volatile String state = "08006";

    @Override
    public void before(String sql) throws SQLException {
      if (failsAt.test(sql)) {
        throw new SQLException("not now", state);
      }
    }

    @Override
    public void after(String sql) {}
  }
}
