package io.staleorders.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;

/** The truth about orders. */
class OrdersTest {
  private final Orders orders = new Orders(() -> Instant.EPOCH);

  @Test
  void orderIsEitherClosedOrPaidWhoeverIsFirst() {
    for (int i = 0; i < 2_000; i++) {
      String outTradeNo = "order-" + i;
      orders.place(outTradeNo, "1900000109");
      CyclicBarrier start = new CyclicBarrier(2);
      CompletableFuture<Boolean> paying =
          CompletableFuture.supplyAsync(
              () -> {
                await(start);
                return orders.pay(outTradeNo);
              });
      await(start);
      OrderState before = orders.asked(outTradeNo, "1900000109").close(Instant.EPOCH, "id");
      boolean paid = paying.join();

      assertThat(before == OrderState.NOTPAY).isNotEqualTo(paid);
      OrderRecord order = orders.find(outTradeNo).orElseThrow();
      assertThat(order.paidAt().isPresent()).isEqualTo(paid);
      assertThat(order.closedAt().isPresent()).isNotEqualTo(paid);
    }
  }

  @Test
  void orderIsPaidOnce() {
    orders.place("order-0001", "1900000109");

    assertThat(orders.pay("order-0001")).isTrue();
    assertThat(orders.pay("order-0001")).isFalse();
  }

  @Test
  void unheardOfOrderIsNeitherPlacedNorPaid() {
    assertThat(orders.pay("order-0001")).isFalse();
    assertThat(orders.state("order-0001")).isEqualTo(OrderState.ABSENT);
    assertThat(orders.find("order-0001")).isEmpty();
  }

  @Test
  void latestRequestsAreKeptAndNoMore() {
    Journal journal = new Journal();
    for (int i = 0; i < 150_000; i++) {
      journal.add(request("order-" + i));
    }

    assertThat(journal.all()).hasSize(100_000);
    assertThat(journal.about("order-49999")).isEmpty();
    assertThat(journal.about("order-50000")).hasSize(1);
  }

  private static SeenRequest request(String outTradeNo) {
    return new SeenRequest(
        Instant.EPOCH,
        Operation.CLOSE,
        false,
        outTradeNo,
        204,
        "",
        "id-0",
        java.util.Optional.empty());
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }
}
