package io.staleorders.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;

/** What the shop's own INSERT and UPDATE lose while a sweep runs beside them. */
final class ShopLossBench {
  private static final int ORDERS = 100_000;

  /**
   * With a single one two cores are idle half of the time, and a virtual machine's idle cores wake
   * up so late that the shop is faster beside a sweep than alone.
   */
  private static final int CONNECTIONS = 4;

  private static final String INSERT = "INSERT INTO orders (out_trade_no, sub_mchid) VALUES (?, ?)";
  private static final String UPDATE =
      "UPDATE orders SET amount = amount + 1 WHERE out_trade_no = ?";

  private final Choices choices;
  private final Random random = new Random(42);
  private final AtomicInteger made = new AtomicInteger();

  private ShopLossBench(Choices choices) {
    this.choices = choices;
  }

  static Chapter measure(Stage stage, Choices choices) {
    return new ShopLossBench(choices).measure(stage);
  }

  private Chapter measure(Stage stage) {
    Chapter.Table table =
        new Chapter()
            .table(
                "%d connections, INSERT and UPDATE in turn".formatted(CONNECTIONS),
                "statements a second alone",
                "while sweeping",
                "lost");
    for (int rate : List.of(50, 200)) {
      List<Double> alone = new ArrayList<>();
      List<Double> beside = new ArrayList<>();
      BenchShop shop = stage.shop();
      try {
        shop.mass(ORDERS);
        // The first time it is this JVM and PostgreSQL's cache that warm up.
        statements(shop);
        for (int round = 0; round < choices.rounds() * 2; round++) {
          alone.add(statements(shop));
          beside.add(statementsBesideSweep(stage, shop, rate, round));
          shop.execute("UPDATE orders SET status = 'CLOSED' WHERE status = 'NOTPAY'");
        }
      } finally {
        stage.drop(shop);
      }
      double before = Numbers.median(alone);
      double after = Numbers.median(beside);
      table.row(
          "`CLOSE_RATE=%d`".formatted(rate),
          before,
          after,
          "%.1f %%".formatted(100 * (1 - after / before)));
    }
    return table.end();
  }

  private double statementsBesideSweep(Stage stage, BenchShop shop, int rate, int round) {
    Closer closer = Closer.start(stage, shop, settings(rate));
    try {
      int orders = rate * choices.size(60, 20);
      shop.orders(
          "S" + round + "-", orders, "NOTPAY", Duration.ofMinutes(16), Duration.ofMinutes(24));
      awaitSweeping(shop, round);
      return statements(shop);
    } finally {
      closer.close();
    }
  }

  private static Map<String, String> settings(int rate) {
    return Map.of("CLOSE_RATE", Integer.toString(rate), "SWEEP_INTERVAL", "1s");
  }

  /** Until the JVM has warmed up a little. */
  private static void awaitSweeping(BenchShop shop, int round) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                shop.count(
                        "order_closer.order_close WHERE state = 'CLOSED' AND out_trade_no LIKE 'S"
                            + round
                            + "-%'")
                    > 100);
  }

  /** A second, as many as the shop gets done on all of its connections. */
  private double statements(BenchShop shop) {
    try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      List<Future<Double>> counts =
          IntStream.range(0, CONNECTIONS)
              .mapToObj(connection -> threads.submit(() -> ofOneConnection(shop)))
              .toList();
      double sum = 0;
      for (Future<Double> count : counts) {
        sum += count.get();
      }
      return sum;
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private double ofOneConnection(BenchShop shop) {
    Duration time = Duration.ofSeconds(choices.size(8, 2));
    return shop.jdbi()
        .withHandle(
            handle -> {
              long begun = System.nanoTime();
              long end = begun + time.toNanos();
              int done = 0;
              while (System.nanoTime() < end) {
                work(handle);
                done += 2;
              }
              return done / ((System.nanoTime() - begun) / 1e9);
            });
  }

  private void work(Handle handle) {
    handle.execute(INSERT, "shop-" + made.incrementAndGet(), BenchShop.SUB_MCHID);
    handle.execute(UPDATE, "P%09d".formatted(random.nextInt(ORDERS)));
  }
}
