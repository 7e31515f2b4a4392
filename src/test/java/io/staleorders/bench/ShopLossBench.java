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
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.jdbi.v3.core.Handle;

/**
 * What the shop's own INSERT and UPDATE lose while a sweep runs beside them: of their number when
 * they keep all of the machine busy, of their time when there are as many as a shop has.
 */
final class ShopLossBench {
  private static final int ORDERS = 100_000;

  /**
   * With a single one two cores are idle half of the time, and a virtual machine's idle cores wake
   * up so late that the shop is faster beside a sweep than alone.
   */
  private static final int CONNECTIONS = 4;

  private static final int STATEMENTS_A_SECOND = 1_000;

  private static final String INSERT = "INSERT INTO orders (out_trade_no, sub_mchid) VALUES (?, ?)";
  private static final String UPDATE =
      "UPDATE orders SET amount = amount + 1 WHERE out_trade_no = ?";

  private final Stage stage;
  private final Choices choices;
  private final Random random = new Random(42);
  private final AtomicInteger made = new AtomicInteger();

  /** How long one statement after the other took, in milliseconds, and who had the machine. */
  private record Work(List<Double> millis, double seconds, Shares shares) {
    double aSecond() {
      return millis.size() / seconds;
    }
  }

  /**
   * The shop alone and beside a sweep, in turn.
   *
   * @param alone one more than beside: before the first and after each
   */
  private record Turns(List<Work> alone, List<Work> beside) {
    /**
     * What is lost against the times just before and after: the disk is not as fast all the time.
     */
    double lost() {
      return Numbers.median(
          IntStream.range(0, beside.size())
              .mapToObj(
                  i ->
                      1
                          - 2
                              * beside.get(i).aSecond()
                              / (alone.get(i).aSecond() + alone.get(i + 1).aSecond()))
              .toList());
    }

    double share(ToDoubleFunction<Shares> of) {
      return Numbers.median(beside.stream().map(work -> of.applyAsDouble(work.shares())).toList());
    }
  }

  private ShopLossBench(Stage stage, Choices choices) {
    this.stage = stage;
    this.choices = choices;
  }

  static Chapter measure(Stage stage, Choices choices) {
    return new ShopLossBench(stage, choices).measure();
  }

  private Chapter measure() {
    Chapter chapter = new Chapter();
    Chapter.Table busy =
        chapter.table(
            "%d connections, as many statements as they can".formatted(CONNECTIONS),
            "a second alone",
            "while sweeping",
            "lost",
            "of all CPU, the service",
            "PostgreSQL for it",
            "the stand-in for WeChat Pay");
    Chapter.Table paced =
        chapter.table(
            "%d connections, %,d statements a second".formatted(CONNECTIONS, STATEMENTS_A_SECOND),
            "a second alone",
            "while sweeping",
            "99 of 100 within, ms, alone",
            "while sweeping");
    for (int rate : List.of(50, 200)) {
      BenchShop shop = stage.shop();
      shop.mass(ORDERS);
      try (Closer closer = Closer.start(stage, shop, settings(rate))) {
        warmUp(shop, closer, rate);
        row(busy, rate, inTurn(shop, closer, rate, false, choices.rounds() * 4));
        rowOfTimes(paced, rate, inTurn(shop, closer, rate, true, choices.rounds() * 2));
      } finally {
        stage.drop(shop);
      }
    }
    busy.end();
    return paced.end();
  }

  private static Map<String, String> settings(int rate) {
    return Map.of("CLOSE_RATE", Integer.toString(rate), "SWEEP_INTERVAL", "1s");
  }

  private static void row(Chapter.Table table, int rate, Turns turns) {
    table.row(
        name(rate),
        aSecond(turns.alone()),
        aSecond(turns.beside()),
        percent(turns.lost()),
        percent(turns.share(Shares::service)),
        percent(turns.share(Shares::database)),
        percent(turns.share(Shares::wechat)));
  }

  private static void rowOfTimes(Chapter.Table table, int rate, Turns turns) {
    table.row(
        name(rate),
        aSecond(turns.alone()),
        aSecond(turns.beside()),
        Numbers.quantile(allMillis(turns.alone()), 0.99),
        Numbers.quantile(allMillis(turns.beside()), 0.99));
  }

  private static double aSecond(List<Work> works) {
    return Numbers.median(works.stream().map(Work::aSecond).toList());
  }

  private static List<Double> allMillis(List<Work> works) {
    return works.stream().flatMap(work -> work.millis().stream()).toList();
  }

  private static String name(int rate) {
    return "`CLOSE_RATE=%d`".formatted(rate);
  }

  private static String percent(double part) {
    return "%.1f %%".formatted(100 * part);
  }

  /** A service runs for weeks: what its first minute costs, its compiler's work, is not this. */
  private void warmUp(BenchShop shop, Closer closer, int rate) {
    work(shop, closer, false);
    due(shop, rate, choices.size(45, 2));
    awaitNoneDue(shop);
  }

  private Turns inTurn(BenchShop shop, Closer closer, int rate, boolean paced, int times) {
    Turns turns = new Turns(new ArrayList<>(), new ArrayList<>());
    turns.alone().add(work(shop, closer, paced));
    for (int time = 0; time < times; time++) {
      int before = attempts(shop);
      due(shop, rate, choices.size(10, 4));
      Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> attempts(shop) > before);
      turns.beside().add(work(shop, closer, paced));
      awaitNoneDue(shop);
      turns.alone().add(work(shop, closer, paced));
    }
    return turns;
  }

  /** The orders that the shop makes meanwhile are not due. */
  private static void awaitNoneDue(BenchShop shop) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () ->
                shop.count(
                        "orders WHERE status = 'NOTPAY' AND created_at < now() - interval '15 minutes'")
                    == 0);
  }

  private static int attempts(BenchShop shop) {
    return shop.count("order_closer.close_attempt");
  }

  /** As many as the service closes in that time, each in two calls. */
  private void due(BenchShop shop, int rate, int seconds) {
    shop.orders(
        "S" + made.incrementAndGet() + "-",
        rate * seconds / 2,
        "NOTPAY",
        Duration.ofMinutes(16),
        Duration.ofMinutes(24));
  }

  /** What the shop gets done on all of its connections together. */
  private Work work(BenchShop shop, Closer closer, boolean paced) {
    Duration time = Duration.ofSeconds(choices.size(8, 2));
    Shares.Used before = Shares.Used.now(stage, shop, closer);
    try (ExecutorService threads = Executors.newFixedThreadPool(CONNECTIONS)) {
      List<Future<List<Double>>> all =
          IntStream.range(0, CONNECTIONS)
              .mapToObj(connection -> threads.submit(() -> ofOneConnection(shop, time, paced)))
              .toList();
      List<Double> millis = new ArrayList<>();
      for (Future<List<Double>> one : all) {
        millis.addAll(one.get());
      }
      double seconds = time.toNanos() / 1e9;
      return new Work(
          millis, seconds, Shares.between(before, Shares.Used.now(stage, shop, closer), seconds));
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<Double> ofOneConnection(BenchShop shop, Duration time, boolean paced) {
    long pause = paced ? 1_000_000_000L * CONNECTIONS / STATEMENTS_A_SECOND : 0;
    return shop.jdbi()
        .withHandle(
            handle -> {
              List<Double> millis = new ArrayList<>();
              long begun = System.nanoTime();
              for (long at = begun; at - begun < time.toNanos(); ) {
                // Its time is counted from when it was to begin, late or not.
                sleepUntil(at);
                statement(handle, millis.size());
                long now = System.nanoTime();
                millis.add((now - at) / 1e6);
                at = paced ? at + pause : now;
              }
              return millis;
            });
  }

  private static void sleepUntil(long at) {
    while (System.nanoTime() - at < 0) {
      LockSupport.parkNanos(at - System.nanoTime());
    }
  }

  private void statement(Handle handle, int turn) {
    if (turn % 2 == 0) {
      handle.execute(INSERT, "shop-" + made.incrementAndGet(), BenchShop.SUB_MCHID);
    } else {
      handle.execute(UPDATE, "P%09d".formatted(random.nextInt(ORDERS)));
    }
  }
}
