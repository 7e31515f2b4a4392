package io.staleorders.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Many orders due at once: how fast they are closed, and at what cost of CPU. */
final class DrainBench {
  private static final String OURS = "this service";
  private static final String OURS_CONFIRMED = "this service, each close confirmed";
  private static final String OURS_PLAIN = "this service, a JVM without options";
  private static final String LOOP = "official SDK, one after another";
  private static final String THREADS = "official SDK, 64 threads";

  private final Stage stage;
  private final Choices choices;
  private final Map<String, List<Run>> runs = new LinkedHashMap<>();
  private final List<Double> signatures = new ArrayList<>();

  /**
   * One drain.
   *
   * @param calls to WeChat Pay, an order
   * @param cpuMs of the closing process, an order
   */
  record Run(int orders, int calls, double seconds, double cpuMs) {
    double aSecond() {
      return orders / seconds;
    }
  }

  private DrainBench(Stage stage, Choices choices) {
    this.stage = stage;
    this.choices = choices;
  }

  static Chapter measure(Stage stage, Choices choices) {
    return new DrainBench(stage, choices).measure();
  }

  private Chapter measure() {
    for (int round = 0; round < choices.rounds(); round++) {
      keep(OURS, ours(false, Closer.asInItsContainer()));
      keep(OURS_CONFIRMED, ours(true, Closer.asInItsContainer()));
      keep(OURS_PLAIN, ours(false, List.of()));
      keep(LOOP, sdk(1, choices.size(600, 60)));
      keep(THREADS, sdk(64, choices.size(6_000, 600)));
      signatures.add(SignatureBench.ofProviderInUse().both());
    }
    Chapter.Table table =
        new Chapter()
            .table(
                "%s ms a call, medians of %d rounds"
                    .formatted(Stage.DELAY.toMillis(), choices.rounds()),
                "orders",
                "calls an order",
                "orders a second",
                "CPU an order, ms",
                "as fast as the loop",
                "CPU of the threads");
    Run loop = median(LOOP);
    Run threads = median(THREADS);
    Map<String, Double> speeds = new LinkedHashMap<>();
    Map<String, Double> costs = new LinkedHashMap<>();
    for (String name : runs.keySet()) {
      Run run = median(name);
      table.row(
          name,
          "%,d".formatted(run.orders()),
          run.calls(),
          run.aSecond(),
          run.cpuMs(),
          "%.1f ×".formatted(run.aSecond() / loop.aSecond()),
          "1 / %.1f".formatted(threads.cpuMs() / run.cpuMs()));
      speeds.put(name, Math.rint(run.aSecond()));
      costs.put(name, Math.rint(run.cpuMs() * 100) / 100);
    }
    Charts charts = new Charts(choices);
    charts.bars("drain-speed.svg", "Due orders closed, 20 ms a call", "orders a second", speeds);
    charts.bars("drain-cpu.svg", "CPU time of the closing process", "ms an order", costs);
    return table
        .end()
        .picture("Orders closed a second", "drain-speed.svg")
        .picture("CPU time an order", "drain-cpu.svg")
        .say(perCall(Numbers.median(signatures)));
  }

  private String perCall(double pair) {
    Run confirmed = median(OURS_CONFIRMED);
    double call = confirmed.cpuMs() / confirmed.calls();
    double unconfirmed = median(OURS).cpuMs();
    return """
        One signature and one verification by the provider in use took %.3f ms of CPU in the same run. \
        A call took %.2f ms with each close confirmed (%.1f times the pair), and %.2f ms without (%.1f times), \
        all that the service does around it included."""
        .formatted(pair, call, call / pair, unconfirmed, unconfirmed / pair);
  }

  private void keep(String name, Run run) {
    System.out.printf(
        "   %-36s %,6d orders %7.1f s %7.0f a second, %.2f ms of CPU an order%n",
        name, run.orders(), run.seconds(), run.aSecond(), run.cpuMs());
    runs.computeIfAbsent(name, absent -> new ArrayList<>()).add(run);
  }

  private Run median(String name) {
    List<Run> all = runs.getOrDefault(name, List.of());
    Run one = all.getFirst();
    return new Run(
        one.orders(),
        one.calls(),
        Numbers.median(all.stream().map(Run::seconds).toList()),
        Numbers.median(all.stream().map(Run::cpuMs).toList()));
  }

  private Run ours(boolean confirm, List<String> jvmOptions) {
    int orders = choices.size(20_000, 1_000);
    BenchShop shop = stage.shop();
    Map<String, String> settings =
        Map.of(
            "CLOSE_CONFIRM", Boolean.toString(confirm),
            "CLOSE_RATE", "2000",
            "SWEEP_INTERVAL", "1s");
    try (Closer closer = Closer.start(stage, shop, settings, jvmOptions)) {
      Duration cpu = closer.cpu();
      due(shop, orders);
      Closer.awaitDrained(shop, Duration.ofMinutes(5));
      double seconds =
          shop.number(
              "SELECT extract(epoch FROM (SELECT max(resolved_at) FROM order_closer.order_close)"
                  + " - (SELECT min(started_at) FROM order_closer.close_attempt))");
      int calls = shop.count("order_closer.close_attempt");
      return run(orders, Math.round((float) calls / orders), seconds, closer.cpu().minus(cpu));
    } finally {
      stage.drop(shop);
    }
  }

  private Run sdk(int threads, int orders) {
    BenchShop shop = stage.shop();
    due(shop, orders);
    try (SdkProcess sdk = SdkProcess.start(stage, shop, threads, orders)) {
      Duration cpu = sdk.cpu();
      double seconds = sdk.closeAll();
      return run(orders, 1, seconds, sdk.cpu().minus(cpu));
    } finally {
      stage.drop(shop);
    }
  }

  private static void due(BenchShop shop, int orders) {
    shop.orders("D", orders, "NOTPAY", Duration.ofMinutes(16), Duration.ofMinutes(24));
  }

  private static Run run(int orders, int calls, double seconds, Duration cpu) {
    return new Run(orders, calls, seconds, millis(cpu) / orders);
  }

  private static double millis(Duration time) {
    return time.toNanos() / 1e6;
  }
}
