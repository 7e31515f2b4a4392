package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An orderly stop. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StopTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void callsUnderWayAreRecordedAndTheRestIsGivenBack() {
    rig.restart(Options.defaults().concurrency(4));
    shop.orders("ORDER-", 60, DUE, Shop.SUB_MCHID);
    rig.sandbox().faults().replyDelay(Duration.ofMillis(300));
    Sweep sweep = rig.service();
    CompletableFuture<Duration> running =
        CompletableFuture.supplyAsync(sweep::run, Thread::startVirtualThread);
    await().until(() -> rig.sandbox().requests().size() >= 4);

    sweep.close();

    running.join();
    int calls = rig.sandbox().requests().size();
    assertThat(calls).isLessThan(40);
    assertThat(shop.count("order_closer.order_close WHERE claim_id IS NOT NULL")).isZero();
    assertThat(shop.count("order_closer.order_close WHERE state = 'CLOSED'"))
        .isEqualTo(shop.count("orders WHERE status = 'CLOSED'"))
        .isPositive();
    assertThat(shop.count("order_closer.order_close WHERE state = 'DUE' AND attempts = 0"))
        .isGreaterThan(20);
    // What was given back is due at once, for another copy.
    try (Sweep other = rig.copy("copy-2", rig.pool())) {
      rig.sandbox().faults().replyDelay(Duration.ZERO);
      other.run();
    }
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(60);
  }

  @Test
  void stopTakesNoLongerThanTheCallsThatAreUnderWay() {
    rig.restart(Options.defaults().grace(Duration.ofSeconds(30)));
    shop.order("SLOW1-1", DUE);
    Sweep sweep = rig.service();
    CompletableFuture<Duration> running =
        CompletableFuture.supplyAsync(sweep::run, Thread::startVirtualThread);
    await().until(() -> !rig.sandbox().requests().isEmpty());

    long begun = System.nanoTime();
    sweep.close();

    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
    running.join();
    assertThat(shop.status("SLOW1-1")).isEqualTo("CLOSED");
  }

  @Test
  void nothingIsClaimedAfterAStop() {
    Sweep sweep = rig.service();
    sweep.close();
    shop.order("ORDER-1", DUE);

    sweep.run();

    assertThat(rig.sandbox().requests()).isEmpty();
    assertThat(shop.count("order_closer.order_close WHERE claim_id IS NOT NULL")).isZero();
  }

  /** The claiming statement is under way when the stop comes. */
  @Test
  void ordersClaimedAtTheMomentOfAStopAreGivenBack() {
    shop.order("ORDER-1", DUE);
    Before claiming = new Before(Before.CLAIM);
    Sweep sweep = rig.copy("copy-1", Tap.on(rig.pool(), claiming));
    CompletableFuture<Void> stopped = new CompletableFuture<>();
    claiming.then =
        () -> {
          stopped.completeAsync(
              () -> {
                sweep.close();
                return null;
              },
              Thread::startVirtualThread);
          stopped.completeOnTimeout(null, 1, TimeUnit.SECONDS).join();
        };

    sweep.run();
    sweep.close();

    await().until(() -> "".equals(shop.row("ORDER-1").get("claim_id")));
    assertThat(rig.sandbox().requests()).isEmpty();
  }

  /** Or the pass would miss the database, which is closed after the stop, and say so. */
  @Test
  void stopOutlastsThePassThatIsOn() {
    Before looking = new Before(Before.LOOK);
    Sweep sweep = rig.copy("copy-1", Tap.on(rig.pool(), looking));
    Thread stop = Thread.ofPlatform().unstarted(sweep::close);
    AtomicBoolean outlasted = new AtomicBoolean();
    looking.then =
        () -> {
          stop.start();
          await().pollDelay(Duration.ofMillis(300)).until(() -> true);
          outlasted.set(stop.isAlive());
        };

    sweep.run();

    await().until(() -> !stop.isAlive());
    assertThat(outlasted).isTrue();
  }

  @Test
  void stopWithinItsGraceThoughNobodyAnswers() {
    rig.restart(Options.defaults().grace(Duration.ofMillis(300)));
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    rig.sandbox().script(facts -> Optional.of(Misbehaviour.HANG));
    Sweep sweep = rig.service();
    CompletableFuture<Duration> running =
        CompletableFuture.supplyAsync(sweep::run, Thread::startVirtualThread);
    await().until(() -> rig.sandbox().requests().size() == 30);

    long begun = System.nanoTime();
    sweep.close();
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
    running.join();

    assertThat(shop.states()).doesNotContainValue("CLAIMED");
    // Calls that the stop broke off are no sign of an outage.
    assertThat(shop.count("order_closer.pause")).isZero();
  }

  /** Does something once, when such a statement is about to be executed. */
  private static final class Before implements Tap.Listener {
    static final String CLAIM = "SET state = CASE c.state WHEN 'NOT_FOUND'";
    static final String LOOK = "AS probe_at";

    private final String statement;
    private volatile Runnable then = () -> {};

    Before(String statement) {
      this.statement = statement;
    }

    @Override
    public void before(String sql) {
      if (sql.contains(statement)) {
        Runnable now = then;
        then = () -> {};
        now.run();
      }
    }

    @Override
    public void after(String sql) {}
  }
}
