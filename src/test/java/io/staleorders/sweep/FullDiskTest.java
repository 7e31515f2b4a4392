package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.staleorders.order.Event;
import io.staleorders.testkit.Acceptance;
import io.staleorders.testkit.EmbeddedServer;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is really full: a file system of a few MiB in memory, which root can make. */
@Acceptance
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FullDiskTest {
  private static final int ORDERS = 60;

  @Test
  void whileTheDiskIsFullNothingIsCalledAndWhatWasAnsweredIsRecordedOnceThereIsRoom(
      @TempDir Path folder) throws Exception {
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder.toString()));
    try (EmbeddedServer server = Postgres.ownServer()) {
      Shop shop = Shop.in(server.database());
      shop.execute("CREATE TABLESPACE small LOCATION '%s'".formatted(folder));
      shop.execute("ALTER TABLE order_closer.close_attempt SET TABLESPACE small");
      shop.execute("CREATE TABLE filler (block text) TABLESPACE small");
      shop.orders("ORDER-", ORDERS, Duration.ofMinutes(20), Shop.SUB_MCHID);
      try (Rig rig = Rig.open(shop);
          Events events = Events.open()) {
        rig.restart(Options.defaults().closeRate(20).concurrency(2));
        rig.sandbox()
            .script(
                facts -> {
                  if (rig.sandbox().requests().size() == 8) {
                    fill(shop);
                  }
                  return Optional.empty();
                });
        Sweep copy = rig.service();
        CompletableFuture<Duration> running =
            CompletableFuture.supplyAsync(copy::run, Thread::startVirtualThread);
        await().until(() -> !events.of(Event.DATABASE_UNAVAILABLE).isEmpty());
        await().pollDelay(Duration.ofSeconds(5)).until(() -> true);
        assertThat(rig.sandbox().requests()).hasSizeLessThan(2 * ORDERS);

        shop.execute("DROP TABLE filler");
        running.join();
        await()
            .until(
                () -> {
                  copy.run();
                  return shop.count("orders WHERE status = 'CLOSED'") == ORDERS;
                });

        // A page that is there may have room for a row: then the database is well for a moment.
        assertThat(events.of(Event.DATABASE_UNAVAILABLE))
            .hasSizeBetween(1, 4)
            .allSatisfy(line -> assertThat(line).containsEntry("sql_state", "53100"));
        await()
            .until(
                () -> {
                  copy.run();
                  return events.of(Event.DATABASE_RECOVERED).size()
                      == events.of(Event.DATABASE_UNAVAILABLE).size();
                });
      }
    } finally {
      run("umount", "--lazy", folder.toString());
    }
  }

  /** In large steps first: the call that waits for this must not run into its timeout. */
  private static void fill(Shop shop) {
    insertUntilFull(shop, 400);
    insertUntilFull(shop, 4);
  }

  private static void insertUntilFull(Shop shop, int rows) {
    try {
      for (int i = 0; i < 1_000; i++) {
        shop.execute(
            "INSERT INTO filler SELECT repeat('x', 1900) FROM generate_series(1, ?)", rows);
      }
    } catch (UnableToExecuteStatementException e) {
      assertThat(e).hasMessageContaining("No space left on device");
      return;
    }
    throw new IllegalStateException("the disk is larger than it should be");
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
