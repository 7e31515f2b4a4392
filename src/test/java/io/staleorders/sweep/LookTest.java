package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How often a busy copy looks, claims and records: each of them costs the shop's database. */
class LookTest {
  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void backlogIsLookedAtNowAndThenAndNotAfterEachOrder() {
    rig.restart(Options.defaults().confirm(false));
    shop.orders("ORDER-", 600, Duration.ofMinutes(20), Shop.SUB_MCHID);
    Statements statements = new Statements();

    long begun = Ticker.now();
    try (Sweep sweep = rig.copy("copy-1", Tap.on(rig.pool(), statements))) {
      sweep.run();
    }
    long turns = Ticker.since(begun).dividedBy(Duration.ofMillis(200));

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(600);
    // One each turn, one around each claim, and the pages of the scan.
    assertThat(statements.looks.get())
        .as("looks in %d turns with %d claims", turns, statements.claims.get())
        .isLessThan((int) turns + 2 * statements.claims.get() + 10);
  }

  @Test
  void copyWithPlentyToCallAboutLooksClaimsAndRecordsSeldom() {
    rig.restart(Options.defaults().confirm(false).closeRate(50));
    shop.orders("ORDER-", 200, Duration.ofMinutes(20), Shop.SUB_MCHID);
    Statements statements = new Statements();

    long begun = Ticker.now();
    try (Sweep sweep = rig.copy("copy-1", Tap.on(rig.pool(), statements))) {
      sweep.run();
    }
    double seconds = Ticker.since(begun).toNanos() / 1e9;

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(200);
    // Claims for three seconds of calls, more when half of them are used up or half a second is
    // over.
    assertThat(statements.claims.get()).isLessThanOrEqualTo((int) (2 * seconds) + 3);
    assertThat(statements.looks.get())
        .as("looks; in the last second and a half nothing more is claimed, but looked for")
        .isLessThanOrEqualTo((int) (2 * seconds) + 2 * statements.claims.get() + 8);
    assertThat(statements.records.get()).isLessThanOrEqualTo((int) (7 * seconds) + 3);
  }

  @Test
  void orderIsRecordedWithinAFifthOfASecondWhileAnotherHangs() {
    rig.restart(Options.defaults().confirm(false));
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    CompletableFuture<Long> answered = new CompletableFuture<>();
    rig.sandbox()
        .script(
            facts -> {
              if (facts.outTradeNo().equals(Optional.of("ORDER-0"))) {
                goOn.join();
              } else {
                answered.complete(Ticker.now());
              }
              return Optional.empty();
            });
    shop.orders("ORDER-", 2, Duration.ofMinutes(20), Shop.SUB_MCHID);
    try (Sweep sweep = rig.copy("copy-1", rig.pool())) {
      CompletableFuture<Duration> running =
          CompletableFuture.supplyAsync(sweep::run, Thread::startVirtualThread);

      long from = answered.join();
      await()
          .atMost(Duration.ofSeconds(10))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> shop.count("orders WHERE status = 'CLOSED'") == 1);

      assertThat(Ticker.since(from))
          .as("a fifth of a second, the way back, a transaction and a look")
          .isLessThan(Duration.ofMillis(400));
      goOn.complete(null);
      running.join();
    }
  }

  @Test
  void whatComesLastIsRecordedAtOnce() {
    rig.restart(Options.defaults().confirm(false));
    try (Sweep sweep = rig.copy("copy-1", rig.pool())) {
      shop.orders("FIRST-", 1, Duration.ofMinutes(20), Shop.SUB_MCHID);
      sweep.run();

      shop.orders("SECOND-", 1, Duration.ofMinutes(20), Shop.SUB_MCHID);
      long begun = Ticker.now();
      sweep.run();

      assertThat(Ticker.since(begun)).isLessThan(Duration.ofMillis(450));
      assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(2);
    }
  }

  private static final class Statements implements Tap.Listener {
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger claims = new AtomicInteger();
    private final AtomicInteger records = new AtomicInteger();

    @Override
    public void before(String sql) {
      if (sql.contains("AS claimable_at")) {
        looks.incrementAndGet();
      } else if (sql.contains("claim_id = gen_random_uuid()")) {
        claims.incrementAndGet();
      } else if (sql.contains("INTO order_closer.close_attempt")) {
        records.incrementAndGet();
      }
    }

    @Override
    public void after(String sql) {}
  }
}
