package io.staleorders.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/**
 * {@code CLOSE_RATE} at work, with more due than it lets through: how much of it is used, and
 * whether it is ever passed. By the times at which calls were sent ({@code
 * close_attempt.started_at}).
 */
final class RateBench {
  private static final String SENT =
      "SELECT extract(epoch FROM started_at) FROM order_closer.close_attempt ORDER BY 1";

  /** In this time after the first call the JVM compiles. */
  private static final int WARM_UP_SECONDS = 10;

  private final Stage stage;
  private final Choices choices;

  /**
   * What calls came to.
   *
   * @param average calls a second, once the service is warm
   * @param mostInOneSecond in any second from the first call on, wherever it begins
   * @param mostInTenSeconds a second, in any ten of them
   */
  record Use(double average, double mostInOneSecond, double mostInTenSeconds) {}

  private RateBench(Stage stage, Choices choices) {
    this.stage = stage;
    this.choices = choices;
  }

  static Chapter measure(Stage stage, Choices choices) {
    return new RateBench(stage, choices).measure();
  }

  private Chapter measure() {
    Chapter.Table table =
        new Chapter()
            .table(
                "`CLOSE_RATE`",
                "copies",
                "calls a second",
                "of the rate",
                "most in any second",
                "of the rate",
                "any 10 s, a second",
                "of the rate");
    Map<String, Double> bars = new LinkedHashMap<>();
    for (int rate : List.of(20, 200, 1_000)) {
      for (int copies : List.of(1, 2)) {
        Use use = use(rate, copies);
        table.row(
            Integer.toString(rate),
            copies,
            use.average(),
            percent(use.average(), rate),
            use.mostInOneSecond(),
            percent(use.mostInOneSecond(), rate),
            use.mostInTenSeconds(),
            percent(use.mostInTenSeconds(), rate));
        bars.put(
            "%d, %d cop%s".formatted(rate, copies, copies == 1 ? "y" : "ies"),
            Math.rint(1_000 * use.average() / rate) / 10);
      }
    }
    new Charts(choices).bars("rate.svg", "How much of CLOSE_RATE is used", "%", bars);
    return table.end().picture("How much of the rate is used", "rate.svg");
  }

  private Use use(int rate, int copies) {
    int seconds = choices.size(20, 10);
    BenchShop shop = stage.shop();
    Map<String, String> settings =
        Map.of(
            "CLOSE_CONFIRM", "false",
            "CLOSE_RATE", Integer.toString(rate),
            "SWEEP_INTERVAL", "1s");
    List<Closer> closers = new ArrayList<>();
    try {
      IntStream.range(0, copies).forEach(i -> closers.add(Closer.start(stage, shop, settings)));
      shop.orders(
          "R",
          rate * (seconds + WARM_UP_SECONDS + 6),
          "NOTPAY",
          Duration.ofMinutes(16),
          Duration.ofMinutes(24));
      awaitSent(shop, seconds + WARM_UP_SECONDS + 0.5);
      Use use = use(shop.numbers(SENT), seconds);
      System.out.printf("   CLOSE_RATE=%d, %d cop.: %s%n", rate, copies, use);
      return use;
    } finally {
      closers.forEach(Closer::close);
      stage.drop(shop);
    }
  }

  private static void awaitSent(BenchShop shop, double seconds) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(500))
        .until(
            () ->
                shop.number(
                        "SELECT coalesce(extract(epoch FROM max(started_at) - min(started_at)), 0)"
                            + " FROM order_closer.close_attempt")
                    > seconds);
  }

  /** Of the times at which calls were sent, in seconds and in order. */
  static Use use(List<Double> sent, int seconds) {
    double from = sent.getFirst() + WARM_UP_SECONDS;
    double end = from + seconds;
    long warm = sent.stream().filter(at -> at >= from && at < end).count();
    List<Double> all = sent.stream().filter(at -> at < end).toList();
    return new Use(warm / (double) seconds, most(all, 1), most(all, 10) / 10.0);
  }

  /** Most in any time of that length: one that begins with a call. */
  private static int most(List<Double> sent, double length) {
    int most = 0;
    int end = 0;
    for (int begin = 0; begin < sent.size(); begin++) {
      while (end < sent.size() && sent.get(end) < sent.get(begin) + length) {
        end++;
      }
      most = Math.max(most, end - begin);
    }
    return most;
  }

  private static String percent(double value, int rate) {
    return "%.1f %%".formatted(100 * value / rate);
  }
}
