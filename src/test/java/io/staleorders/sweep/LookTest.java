package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * How often a busy instance polls, claims and records: each of them costs the shop's database.
 *
 * <p>Where a time is measured, it is the shortest of several: a busy machine makes times longer,
 * never shorter.
 */
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
    Map<String, Long> answered = new ConcurrentHashMap<>();
    rig.sandbox()
        .script(
            facts -> {
              if (facts.outTradeNo().equals(Optional.of("HANGING-0"))) {
                goOn.join();
              } else {
                answered.put(facts.outTradeNo().orElseThrow(), Ticker.now());
              }
              return Optional.empty();
            });
    shop.orders("HANGING-", 1, Duration.ofMinutes(30), Shop.SUB_MCHID);
    try (Sweep sweep = rig.copy("copy-1", rig.pool())) {
      CompletableFuture<Duration> running =
          CompletableFuture.supplyAsync(sweep::run, Thread::startVirtualThread);

      Duration shortest = Duration.ofDays(1);
      for (int i = 0; i < 5; i++) {
        String outTradeNo = "ORDER-" + i;
        shop.order(outTradeNo, Duration.ofMinutes(20));
        await()
            .pollInterval(Duration.ofMillis(5))
            .until(() -> shop.status(outTradeNo).equals("CLOSED"));
        shortest =
            Collections.min(List.of(shortest, Ticker.since(answered.getOrDefault(outTradeNo, 0L))));
      }

      assertThat(shortest)
          .as("a fifth of a second, the way back, a transaction and a poll")
          .isLessThan(Duration.ofMillis(400));
      goOn.complete(null);
      running.join();
    }
  }

  @Test
  void whatComesLastIsRecordedAtOnce() {
    rig.restart(Options.defaults().confirm(false));
    AtomicLong answered = new AtomicLong();
    rig.sandbox()
        .script(
            facts -> {
              answered.set(Ticker.now());
              return Optional.empty();
            });
    Statements statements = new Statements();
    try (Sweep sweep = rig.copy("copy-1", Tap.on(rig.pool(), statements))) {
      Duration shortest = Duration.ofDays(1);
      for (int i = 0; i < 10; i++) {
        shop.order("ORDER-" + i, Duration.ofMinutes(20));
        sweep.run();
        shortest =
            Collections.min(
                List.of(shortest, Duration.ofNanos(statements.lastRecord.get() - answered.get())));
      }

      assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(10);
      assertThat(shortest)
          .as("from the reply to its record; while more are to come, results are gathered")
          .isLessThan(Recorder.GATHER);
    }
  }

  private static final class Statements implements Tap.Listener {
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger claims = new AtomicInteger();
    private final AtomicInteger records = new AtomicInteger();
    private final AtomicLong lastRecord = new AtomicLong();

    @Override
    public void before(String sql) {
      if (sql.contains("AS claimable_at")) {
        looks.incrementAndGet();
      } else if (sql.contains("claim_id = gen_random_uuid()")) {
        claims.incrementAndGet();
      } else if (sql.contains("INTO order_closer.close_attempt")) {
        records.incrementAndGet();
        lastRecord.set(Ticker.now());
      }
    }

    @Override
    public void after(String sql) {}
  }
}
