package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What hangs holds up nobody, and what comes after its lease changes nothing. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LeaseTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void hangingOrdersDelayNobodysRecording() {
    shop.orders("HANG-", 10, DUE, Shop.SUB_MCHID);
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    Sweep copy = rig.service();
    CompletableFuture<Duration> running =
        CompletableFuture.supplyAsync(copy::run, Thread::startVirtualThread);

    await().until(() -> shop.count("orders WHERE status = 'CLOSED'") == 30);
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
      CompletableFuture<Duration> running =
          CompletableFuture.supplyAsync(late::run, Thread::startVirtualThread);
      asked.join();
      shop.setStatus("ORDER-1", "REVIEW");
      rig.advance(Duration.ofSeconds(60));
      replacement.run();
      // The late copy's pass goes on: it may have claimed the order again before the replacement.
      await()
          .untilAsserted(
              () -> assertThat(shop.row("ORDER-1")).containsEntry("state", "SUPERSEDED"));
      goOn.complete(null);
      running.join();
    }

    assertThat(shop.status("ORDER-1")).isEqualTo("REVIEW");
    assertThat(shop.row("ORDER-1")).containsEntry("state", "SUPERSEDED");
    assertThat(shop.count("order_closer.close_attempt")).isEqualTo(2);
  }
}
