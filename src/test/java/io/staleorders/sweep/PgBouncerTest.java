package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.order.Event;
import io.staleorders.store.Databases;
import io.staleorders.store.Migrations;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.PgBouncer;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PgBouncer in transaction mode between the copies and the database: each transaction may get
 * another connection, and others, the shop's own programs, get the same ones.
 */
class PgBouncerTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final int CONNECTIONS = 3;

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();
  private PgBouncer bouncer;

  @TempDir private Path folder;

  @BeforeAll
  static void onlyWhereItIsInstalled() {
    assumeTrue(PgBouncer.isInstalled(), "no program pgbouncer here: its tests are left out");
  }

  @BeforeEach
  void start() {
    bouncer = PgBouncer.start(folder, shop.database(), CONNECTIONS);
  }

  @AfterEach
  void stop() {
    bouncer.close();
    rig.close();
  }

  @Test
  void twoCopiesShareThreeConnectionsAndLeaveNoTraceInThem() {
    shop.orders("ORDER-", 40, DUE, Shop.SUB_MCHID);
    try (Events events = Events.open();
        HikariDataSource first = pool();
        HikariDataSource second = pool();
        Sweep one = rig.copy("copy-1", first);
        Sweep other = rig.copy("copy-2", second)) {
      CompletableFuture<Duration> running =
          CompletableFuture.supplyAsync(other::run, Thread::startVirtualThread);
      one.run();
      running.join();
      one.run();

      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).isEmpty();
    }
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(40);
    assertThat(shop.count("order_closer.order_close WHERE attempts = 1")).isEqualTo(40);
    assertNoTrace();
  }

  @Test
  void schemaIsMadeThroughItAndNoTraceIsLeft() {
    shop.execute("DROP SCHEMA order_closer CASCADE");

    try (HikariDataSource pool = pool()) {
      assertThat(new Migrations(pool).migrate()).isPositive();
      assertThat(new Migrations(pool).migrate()).isZero();
      assertThat(new Migrations(pool).pending()).isZero();
    }

    assertNoTrace();
  }

  @Test
  void copyGoesOnWhenItIsKilledAndStartedAgain() {
    try (Events events = Events.open();
        HikariDataSource pool = pool();
        Sweep copy = rig.copy("copy-1", pool)) {
      copy.run();
      shop.orders("ORDER-", 20, DUE, Shop.SUB_MCHID);
      bouncer.kill();
      for (int i = 0; i < 3; i++) {
        copy.run();
      }
      assertThat(rig.sandbox().requests()).isEmpty();
      bouncer.startAgain();
      await()
          .until(
              () -> {
                copy.run();
                return shop.count("orders WHERE status = 'CLOSED'") == 20;
              });

      assertThat(events.of(Event.DATABASE_UNAVAILABLE)).hasSize(1);
      assertThat(events.of(Event.DATABASE_RECOVERED)).hasSize(1);
    }
  }

  private HikariDataSource pool() {
    Database database = bouncer.database();
    return Databases.pool(
        database.jdbcUrl(),
        Optional.of(database.user()),
        Optional.of(database.password()),
        8,
        "bounced");
  }

  /** Takes all connections at once, and looks at each. */
  private void assertNoTrace() {
    try (HikariDataSource pool = pool()) {
      assertNoTrace(Databases.jdbi(pool));
    }
  }

  private static void assertNoTrace(Jdbi jdbi) {
    List<Handle> all = List.of(jdbi.open(), jdbi.open(), jdbi.open());
    assertThat(all).hasSize(CONNECTIONS);
    all.forEach(Handle::begin);
    for (Handle handle : all) {
      assertThat(
              handle
                  .createQuery(
                      "SELECT name || ' = ' || setting FROM pg_settings WHERE source = 'session'"
                          + " AND name IN ('search_path', 'role', 'lock_timeout', 'statement_timeout',"
                          + " 'idle_in_transaction_session_timeout', 'default_transaction_read_only',"
                          + " 'default_transaction_isolation')")
                  .mapTo(String.class)
                  .list())
          .isEmpty();
      assertThat(count(handle, "pg_prepared_statements WHERE statement NOT LIKE '%pg_prepared%'"))
          .isZero();
      assertThat(count(handle, "pg_locks WHERE locktype = 'advisory'")).isZero();
    }
    all.forEach(Handle::rollback);
    all.forEach(Handle::close);
  }

  private static int count(Handle handle, String from) {
    return handle.createQuery("SELECT count(*) FROM " + from).mapTo(Integer.class).one();
  }
}
