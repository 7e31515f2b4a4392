package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A claim holds for its lease, and no call is made that could outlast it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeaseTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  /** One call at a time, so that the others wait until their lease is nearly over. */
  @Test
  void orderWithLessLeaseLeftThanAnAttemptCanTakeIsGivenBackUncalledAndClaimedAgain() {
    rig.restart(
        Options.defaults()
            .concurrency(1)
            .callTimeout(Duration.ofSeconds(2))
            .lease(Duration.ofSeconds(9)));
    shop.orders("ORDER-", 4, DUE, Shop.SUB_MCHID);
    rig.sandbox()
        .script(
            facts ->
                facts.nth() == 1 && rig.sandbox().requests().size() < 2
                    ? Optional.of(Misbehaviour.HANG)
                    : Optional.empty());

    rig.sweep();

    assertThat(shop.count("order_closer.order_close WHERE state = 'CLOSED' AND attempts = 1"))
        .isEqualTo(3);
    assertThat(shop.count("order_closer.order_close WHERE state = 'RETRY' AND attempts = 1"))
        .isEqualTo(1);
  }

  @Test
  void hangingOrdersDelayNobodysRecording() {
    rig.restart(Options.defaults().callTimeout(Duration.ofSeconds(20)));
    shop.orders("HANG-", 10, DUE, Shop.SUB_MCHID);
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    Sweep copy = rig.service();
    CompletableFuture<Duration> running = CompletableFuture.supplyAsync(copy::run);

    await()
        .atMost(Duration.ofSeconds(15))
        .until(() -> shop.count("orders WHERE status = 'CLOSED'") == 30);
    assertThat(shop.count("order_closer.order_close WHERE state = 'CLAIMED'")).isEqualTo(10);
    rig.restart(Options.defaults().grace(Duration.ZERO));
    running.join();
  }

  @Test
  void copyThatComesBackAfterItsLeaseRecordsNothingOverAnothersDecision() {
    shop.order("ORDER-1", DUE);
    CompletableFuture<Void> asked = new CompletableFuture<>();
    CompletableFuture<Void> goOn = new CompletableFuture<>();
    rig.sandbox()
        .script(
            facts -> {
              if (facts.nth() == 2) {
                asked.complete(null);
                goOn.join();
              }
              return Optional.empty();
            });
    try (Sweep late = rig.copy("same-name", rig.pool());
        Sweep replacement = rig.copy("same-name", rig.pool())) {
      CompletableFuture<Duration> running = CompletableFuture.supplyAsync(late::run);
      asked.join();
      rig.advance(Duration.ofSeconds(60));
      shop.setStatus("ORDER-1", "REVIEW");
      replacement.run();
      assertThat(shop.row("ORDER-1")).containsEntry("state", "SUPERSEDED");
      goOn.complete(null);
      running.join();
    }

    assertThat(shop.status("ORDER-1")).isEqualTo("REVIEW");
    assertThat(shop.row("ORDER-1")).containsEntry("state", "SUPERSEDED");
    assertThat(shop.count("order_closer.close_attempt")).isEqualTo(2);
  }
}
