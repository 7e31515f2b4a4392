package io.staleorders.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The truth about orders. */
@Fast
class OrdersTest {
  private final Orders orders = new Orders(() -> Instant.EPOCH);

  @Test
  void orderIsEitherClosedOrPaidWhoeverIsFirst() {
    List<Order> raced =
        IntStream.range(0, 50_000).mapToObj(i -> orders.asked("order-" + i, "1900000109")).toList();
    AtomicInteger closer = new AtomicInteger(-1);
    AtomicInteger payer = new AtomicInteger(-1);
    CompletableFuture<Void> paying =
        CompletableFuture.runAsync(
            () -> inStep(raced, payer, closer, order -> order.pay(Instant.EPOCH, "transaction")));
    inStep(raced, closer, payer, order -> order.close(Instant.EPOCH, "id"));
    paying.join();

    assertThat(raced)
        .extracting(Order::toRecord)
        .allMatch(order -> order.paidAt().isPresent() != order.closedAt().isPresent())
        .allMatch(order -> order.state().isPaid() == order.paidAt().isPresent());
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
        Instant.EPOCH, Operation.CLOSE, false, outTradeNo, 204, "", "id-0", Optional.empty());
  }

  /** Does it to each order at the very moment when the other side does. */
  private static void inStep(
      List<Order> orders, AtomicInteger mine, AtomicInteger other, Consumer<Order> act) {
    for (int i = 0; i < orders.size(); i++) {
      mine.set(i);
      while (other.get() < i) {
        Thread.onSpinWait();
      }
      act.accept(orders.get(i));
    }
  }
}
