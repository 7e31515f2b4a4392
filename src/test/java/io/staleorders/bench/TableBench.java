package io.staleorders.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * The statements of a sweep over 1,000 due orders, by the size of the shop's table: as it is, with
 * many abandoned orders at its old end, and while the shop changes many rows.
 */
final class TableBench {
  private static final int ABANDONED = 100_000;

  private static final String ABANDON =
      """
      INSERT INTO order_closer.order_close
          (out_trade_no, sp_mchid, sub_mchid, order_created_at, state, reason, attempts, resolved_at)
      SELECT out_trade_no, '1900000100', sub_mchid, created_at, 'ABANDONED', 'EXHAUSTED', 20, now()
      FROM orders
      WHERE out_trade_no LIKE 'A%'
      """;

  private final Stage stage;
  private final Choices choices;
  private final Map<String, Map<Step, List<Double>>> medians = new LinkedHashMap<>();

  private TableBench(Stage stage, Choices choices) {
    this.stage = stage;
    this.choices = choices;
  }

  static Chapter measure(Stage stage, Choices choices) {
    return new TableBench(stage, choices).measure();
  }

  private Chapter measure() {
    List<Integer> sizes =
        IntStream.of(100_000, 1_000_000, 10_000_000)
            .filter(size -> size <= choices.largestTable())
            .boxed()
            .toList();
    List<Double> updates = sizes.stream().map(this::measure).toList();
    Chapter chapter = new Chapter();
    medians.forEach((name, steps) -> table(chapter, name, sizes, steps));
    chart(sizes);
    return chapter
        .picture("Statements by the size of the table", "table.svg")
        .say(
            "The shop changed %s of its rows a second: 5 %%, or as many as this machine let it."
                .formatted(String.join(", ", updates.stream().map("%.1f %%"::formatted).toList())));
  }

  /** Measures one size; the share of rows changed a second, in percent. */
  private double measure(int size) {
    System.out.printf("   %,d orders%n", size);
    BenchShop shop = stage.shop();
    try (SweepSteps sweep = new SweepSteps(shop)) {
      shop.mass(size);
      shop.orders("N", 1_000, "NOTPAY", Duration.ofSeconds(1), Duration.ofMinutes(10));
      keep("as it is", repeat(sweep));
      shop.orders("A", ABANDONED, "NOTPAY", Duration.ofDays(200), Duration.ofDays(300));
      shop.execute(ABANDON);
      shop.execute("VACUUM ANALYZE orders");
      shop.execute("VACUUM ANALYZE order_closer.order_close");
      keep("100,000 abandoned orders at the old end", repeat(sweep));
      try (Churn churn = Churn.start(shop, size)) {
        keep("the shop changes rows meanwhile", repeat(sweep));
        return churn.percentASecond();
      }
    } finally {
      stage.drop(shop);
    }
  }

  private Map<Step, Double> repeat(SweepSteps sweep) {
    Map<Step, List<Double>> all = new LinkedHashMap<>();
    int times = choices.size(12, 3);
    for (int i = 0; i < times; i++) {
      Map<Step, Double> once = sweep.run();
      if (i >= times / 4) {
        once.forEach((step, ms) -> all.computeIfAbsent(step, absent -> new ArrayList<>()).add(ms));
      }
    }
    Map<Step, Double> result = new LinkedHashMap<>();
    all.forEach((step, ms) -> result.put(step, Numbers.median(ms)));
    System.out.println("   " + result);
    return result;
  }

  private void keep(String name, Map<Step, Double> times) {
    Map<Step, List<Double>> steps = medians.computeIfAbsent(name, absent -> new LinkedHashMap<>());
    times.forEach((step, ms) -> steps.computeIfAbsent(step, absent -> new ArrayList<>()).add(ms));
  }

  private static void table(
      Chapter chapter, String name, List<Integer> sizes, Map<Step, List<Double>> steps) {
    List<String> heads = new ArrayList<>();
    heads.add(name + ", ms");
    sizes.forEach(size -> heads.add("%,d orders".formatted(size)));
    heads.add("largest / smallest");
    Chapter.Table table = chapter.table(heads.toArray(String[]::new));
    steps.forEach(
        (step, ms) -> {
          List<Object> cells = new ArrayList<>();
          cells.add(step.text());
          cells.addAll(ms);
          cells.add(ms.getLast() / ms.getFirst());
          table.row(cells.toArray());
        });
    table.end();
  }

  private void chart(List<Integer> sizes) {
    Map<String, List<Double>> lines = new LinkedHashMap<>();
    medians.getOrDefault("as it is", Map.of()).forEach((step, ms) -> lines.put(step.text(), ms));
    new Charts(choices)
        .lines(
            "table.svg",
            "Statements by the size of the shop's table",
            "orders",
            "ms",
            sizes.stream().map(Integer::doubleValue).toList(),
            lines,
            true);
  }

  /** What is timed. */
  enum Step {
    IDLE("look, nothing due"),
    LOOK("look, 1,000 due"),
    SCAN("scan, 1,000 entered"),
    CLAIM("claim of 500"),
    READ("the shop's rows of 500"),
    RECORD("record of 200");

    private final String text;

    Step(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }
}
