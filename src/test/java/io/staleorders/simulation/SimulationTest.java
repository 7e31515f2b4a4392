package io.staleorders.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.sandbox.OrderRecord;
import io.staleorders.sandbox.OrderState;
import io.staleorders.sandbox.SeenRequest;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The promises, held against the sandbox's own record after a simulation. {@code -Dsimulation.seed}
 * replays one, {@code -Dsimulation.orders} sets its size.
 */
class SimulationTest {
  private static final Duration CLOSE_DELAY = Duration.ofMinutes(15);

  private final long seed = Long.getLong("simulation.seed", System.nanoTime() % 1_000_000);
  private final int orders = Integer.getInteger("simulation.orders", 300);

  /**
   * One order as all three know it: the shop, the service, WeChat Pay.
   *
   * @param attempts as recorded
   * @param attemptsInHistory of which requests are recorded
   * @param absences attempts on which a verified answer said that it does not exist
   * @param found verified answers that said what it is
   * @param accepted verified 204s
   */
  private record Fate(
      String outTradeNo,
      String status,
      String state,
      int attempts,
      int attemptsInHistory,
      int absences,
      int found,
      int accepted,
      Optional<OrderRecord> truth) {

    OrderState trueState() {
      return truth.map(OrderRecord::state).orElse(OrderState.ABSENT);
    }
  }

  /** A sweep that never ends is a broken promise too. */
  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everyPromiseHoldsWhateverGoesWrong() {
    try (Simulation simulation = new Simulation(seed, orders).run()) {
      SoftAssertions promises = new SoftAssertions();
      List<Fate> fates = fates(simulation);
      Map<String, Fate> byNumber =
          fates.stream().collect(Collectors.toMap(Fate::outTradeNo, Function.identity()));
      fates.forEach(fate -> holdAgainstTruth(fate, simulation.confirms(), promises));
      promises
          .assertThat(simulation.paidAfterClosedHere())
          .as("promise 1: nobody could pay an order that was marked closed here")
          .allMatch(no -> byNumber.get(no).state().equals("PAID"));
      simulation
          .shopKnowsPaid()
          .forEach(
              no ->
                  promises
                      .assertThat(byNumber.get(no).status())
                      .as("promise 2: the shop's own write on %s stands", no)
                      .isEqualTo("SUCCESS"));
      for (String no : simulation.cancelled()) {
        if (!simulation.shopKnowsPaid().contains(no)) {
          promises
              .assertThat(byNumber.get(no).status())
              .as("promise 2: that the shop cancelled %s stands", no)
              .isEqualTo("CANCELLED");
        }
      }
      for (SeenRequest request : simulation.rig().sandbox().requests()) {
        promises
            .assertThat(request.at())
            .as("promise 3: no call about %s before it is old enough", request.outTradeNo())
            .isAfterOrEqualTo(
                simulation.createdAt(request.outTradeNo(), request.at()).plus(CLOSE_DELAY));
      }
      promises.assertThat(simulation.isAnythingOpen()).as("promise 4: nothing is open").isFalse();
      assertThat(fates).as("orders of seed %d", seed).hasSize(orders);
      assertThat(simulation.griefs()).isGreaterThan(5);
      assertThat(simulation.moved()).isPositive();
      assertThat(simulation.cancelled()).isNotEmpty();
      promises.errorsCollected().stream().limit(1).forEach(e -> System.err.println(replay()));
      promises.assertAll();
    }
  }

  private String replay() {
    return "replay: mvn test -Dtest=SimulationTest -Dsimulation.seed=%d -Dsimulation.orders=%d"
        .formatted(seed, orders);
  }

  private void holdAgainstTruth(Fate fate, boolean confirms, SoftAssertions promises) {
    String what = "%s of seed %d".formatted(fate, seed);
    if (fate.status().equals("CLOSED") && !fate.state().equals("CLOSED")) {
      promises
          .assertThat(fate.absences())
          .as("promise 1: marked closed, but not closed there, only after two absences: %s", what)
          .isGreaterThanOrEqualTo(2);
    }
    promises
        .assertThat(fate.attempts())
        .as("promise 4: a result counts only against the claim it belongs to: %s", what)
        .isLessThanOrEqualTo(fate.attemptsInHistory());
    switch (fate.state()) {
      case "CLOSED" -> {
        if (confirms || fate.accepted() == 0) {
          promises
              .assertThat(fate.trueState())
              .as("promise 1: closed here and there: %s", what)
              .isIn(OrderState.CLOSED, OrderState.REVOKED);
          promises
              .assertThat(fate.found())
              .as("promise 1: a verified answer said so: %s", what)
              .isPositive();
        }
      }
      case "NOT_FOUND" ->
          promises
              .assertThat(fate.trueState())
              .as("promise 1: not found there: %s", what)
              .isEqualTo(OrderState.ABSENT);
      case "PAID" ->
          promises
              .assertThat(fate.trueState().isPaid())
              .as("a payment is not made up: %s", what)
              .isTrue();
      case "SUPERSEDED" ->
          promises
              .assertThat(fate.status())
              .as("only the shop's own write supersedes: %s", what)
              .isIn("SUCCESS", "CANCELLED");
      case "ABANDONED" ->
          promises
              .assertThat(fate.trueState().isPaid())
              .as("a payment that could be seen is not given up: %s", what)
              .isFalse();
      default -> promises.fail("promise 4: %s is neither resolved nor reported", what);
    }
  }

  private static List<Fate> fates(Simulation simulation) {
    Shop shop = simulation.rig().shop();
    Map<String, OrderRecord> truth =
        simulation.rig().sandbox().orders().all().stream()
            .collect(Collectors.toMap(OrderRecord::outTradeNo, Function.identity()));
    return shop.jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        SELECT o.out_trade_no, o.status,
                               coalesce(c.state, 'NEVER ENTERED') AS state,
                               coalesce(c.attempts, 0) AS attempts,
                               (SELECT count(DISTINCT h.attempt) FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = o.out_trade_no) AS attempts_in_history,
                               (SELECT count(DISTINCT h.attempt) FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = o.out_trade_no AND h.operation = 'query'
                                  AND h.verified AND h.http_status = 404
                                  AND h.code = 'ORDER_NOT_EXIST') AS absences,
                               (SELECT count(*) FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = o.out_trade_no AND h.operation = 'query'
                                  AND h.verified AND h.http_status = 200) AS found,
                               (SELECT count(*) FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = o.out_trade_no AND h.operation = 'close'
                                  AND h.verified AND h.http_status = 204) AS accepted
                        FROM orders o
                        LEFT JOIN order_closer.order_close c USING (out_trade_no)
                        """)
                    .map(
                        (row, ctx) ->
                            new Fate(
                                row.getString("out_trade_no"),
                                row.getString("status"),
                                row.getString("state"),
                                row.getInt("attempts"),
                                row.getInt("attempts_in_history"),
                                row.getInt("absences"),
                                row.getInt("found"),
                                row.getInt("accepted"),
                                Optional.ofNullable(truth.get(row.getString("out_trade_no")))))
                    .list());
  }
}
