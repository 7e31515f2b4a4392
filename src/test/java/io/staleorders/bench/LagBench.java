package io.staleorders.bench;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;

/** How soon an order is called about once it is due, and what waiting for it costs. */
final class LagBench {
  private static final String LAGS =
      """
      SELECT 1000 * extract(epoch FROM min(a.started_at) - c.order_created_at - interval '5 minutes')
      FROM order_closer.order_close c
      JOIN order_closer.close_attempt a USING (out_trade_no)
      GROUP BY c.out_trade_no, c.order_created_at
      """;

  private static final String RANDOM_ORDERS =
      """
      INSERT INTO orders (out_trade_no, sub_mchid, created_at)
      SELECT 'L' || lpad(i::text, 9, '0'), ?,
             now() - interval '5 minutes' + interval '15 seconds' + random() * ? * interval '1 second'
      FROM generate_series(1, ?) AS i
      """;

  private static final String TRANSACTIONS =
      "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()";

  private LagBench() {}

  static Chapter measure(Stage stage, Choices choices) {
    BenchShop shop = stage.shop();
    int seconds = choices.size(60, 10);
    int orders = choices.size(600, 60);
    shop.execute("SELECT setseed(0.42)");
    shop.execute(RANDOM_ORDERS, BenchShop.SUB_MCHID, seconds, orders);
    Map<String, String> settings = Map.of("CLOSE_DELAY", "5m", "SWEEP_INTERVAL", "30s");
    try (Closer closer = Closer.start(stage, shop, settings)) {
      Closer.awaitDrained(shop, Duration.ofMinutes(5));
      List<Double> lags = shop.numbers(LAGS);
      Duration cpu = closer.cpu();
      Duration idle = Duration.ofSeconds(choices.size(120, 10));
      double transactions = transactionsIn(shop, idle);
      double perHour = 3_600.0 / idle.toSeconds();
      return new Chapter()
          .table(
              "orders due at random, `SWEEP_INTERVAL=30s`", "median", "99 of 100 within", "longest")
          .row(
              "first call after it was due, ms",
              Numbers.median(lags),
              Numbers.quantile(lags, 0.99),
              Numbers.quantile(lags, 1))
          .end()
          .say(
              "%d orders in %d s. A copy with nothing to do made %.0f transactions an hour and took %.1f s of CPU time an hour (counted over %d s)."
                  .formatted(
                      orders,
                      seconds,
                      transactions * perHour,
                      closer.cpu().minus(cpu).toMillis() / 1_000.0 * perHour,
                      idle.toSeconds()));
    } finally {
      stage.drop(shop);
    }
  }

  /** Looking costs one itself. PostgreSQL counts with up to ten seconds' delay. */
  private static double transactionsIn(BenchShop shop, Duration time) {
    pass(Duration.ofSeconds(12));
    double before = shop.number(TRANSACTIONS);
    pass(time);
    return shop.number(TRANSACTIONS) - before - 1;
  }

  private static void pass(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Awaitility.await().atMost(time.plusSeconds(10)).until(() -> System.nanoTime() >= end);
  }
}
