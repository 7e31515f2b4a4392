package io.staleorders.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;

/** How long the service takes to start, and how much memory it takes. */
final class FootprintBench {
  private FootprintBench() {}

  static Chapter measure(Stage stage, Choices choices) {
    List<Double> starts = new ArrayList<>();
    List<Double> claims = new ArrayList<>();
    List<Double> idle = new ArrayList<>();
    for (int round = 0; round < Math.max(choices.rounds(), choices.size(5, 1)); round++) {
      BenchShop shop = stage.shop();
      shop.orders("F", 1, "NOTPAY", Duration.ofMinutes(16), Duration.ofMinutes(17));
      try (Closer closer = Closer.start(stage, shop, Map.of())) {
        starts.add(seconds(closer.startTime()));
        claims.add(seconds(awaitFirstClaim(closer, shop)));
        Closer.awaitDrained(shop, Duration.ofMinutes(1));
        idle.add(closer.memory("VmRSS"));
      } finally {
        stage.drop(shop);
      }
    }
    int drained = choices.million() ? 1_000_000 : choices.size(10_000, 500);
    return new Chapter()
        .table("", "median", "worst")
        .row("start to `service_started`, s", Numbers.median(starts), Numbers.quantile(starts, 1))
        .row("start to the first claim, s", Numbers.median(claims), Numbers.quantile(claims, 1))
        .row(
            "resident memory with nothing to do, MiB",
            Numbers.median(idle),
            Numbers.quantile(idle, 1))
        .row(
            "most resident memory, %,d orders drained, MiB".formatted(drained),
            drain(stage, drained, Closer.asInItsContainer()),
            "")
        .row(
            "the same with a heap of 64 MiB (`-Xmx64m`)",
            drain(stage, drained, Closer.asInItsContainer("-Xmx64m")),
            "")
        .end();
  }

  private static Duration awaitFirstClaim(Closer closer, BenchShop shop) {
    AtomicReference<Duration> age = new AtomicReference<>(Duration.ZERO);
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              age.set(closer.age());
              return shop.number(
                      "SELECT count(*) FROM order_closer.order_close WHERE state != 'DUE'")
                  > 0;
            });
    return age.get();
  }

  private static double drain(Stage stage, int orders, List<String> jvmOptions) {
    BenchShop shop = stage.shop();
    shop.orders("M", orders, "NOTPAY", Duration.ofMinutes(16), Duration.ofMinutes(600));
    Map<String, String> settings = Map.of("CLOSE_RATE", "2000", "CLOSE_CONFIRM", "false");
    try (Closer closer = Closer.start(stage, shop, settings, jvmOptions)) {
      Closer.awaitDrained(shop, Duration.ofMinutes(60));
      return closer.memory("VmHWM");
    } finally {
      stage.drop(shop);
    }
  }

  private static double seconds(Duration time) {
    return time.toMillis() / 1_000.0;
  }
}
