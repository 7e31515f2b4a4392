package io.staleorders.simulation;

import static io.staleorders.sandbox.OrderState.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.sandbox.OrderRecord;
import io.staleorders.sandbox.OrderState;
import io.staleorders.sandbox.SeenRequest;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Shop;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The promises, held against the sandbox's own record after a simulation. {@code -Dsimulation.seed}
 * replays one, {@code -Dsimulation.orders} sets its size, {@code -Dsimulation.seeds} runs so many,
 * from that seed on.
 */
class SimulationTest {
  private static final String GONE = "GONE";
  private static final Duration CLOSE_DELAY = Duration.ofMinutes(15);

  private static final int ORDERS = Integer.getInteger("simulation.orders", 300);

  private static LongStream seeds() {
    long first = Long.getLong("simulation.seed", System.nanoTime() % 1_000_000);
    return LongStream.range(first, first + Integer.getInteger("simulation.seeds", 1));
  }

  /**
   * One order as all three know it: the shop, the service, WeChat Pay.
   *
   * @param attempts as recorded
   * @param attemptsInHistory of which requests are recorded
   * @param absences attempts on which a verified answer said that it does not exist
   * @param found verified answers that said what it is
   * @param accepted verified 204s
   * @param toldPaid recorded and verified replies that said truly that it is paid
   * @param byOther whether the instance that came to grief made any of its requests
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
      Optional<String> transactionId,
      int toldPaid,
      boolean byOther,
      Optional<OrderRecord> truth) {

    OrderState trueState() {
      return truth.map(OrderRecord::state).orElse(OrderState.ABSENT);
    }
  }

  /** A sweep that never ends is a broken promise too. */
  @ParameterizedTest
  @MethodSource("seeds")
  @Timeout(value = 30, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void everyPromiseHoldsWhateverGoesWrong(long seed) {
    try (Events events = Events.open();
        Simulation simulation = new Simulation(seed, ORDERS).run()) {
      SoftAssertions promises = new SoftAssertions();
      List<Fate> fates = fates(simulation);
      Map<String, Fate> byNumber =
          fates.stream().collect(Collectors.toMap(Fate::outTradeNo, Function.identity()));
      fates.forEach(fate -> holdAgainstTruth(seed, fate, simulation.confirms(), promises));
      fates.forEach(fate -> holdRow(seed, fate, simulation, promises));
      holdPayments(seed, fates, events, promises);
      promises
          .assertThat(events.of(Event.DATABASE_UNAVAILABLE))
          .as("promise 5: no row makes the database unavailable, seed %d", seed)
          .noneMatch(fields -> HostileShop.SQL_STATES.contains(fields.get("sql_state")));
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
        if (!simulation.shopKnowsPaid().contains(no) && !simulation.deleted().contains(no)) {
          promises
              .assertThat(byNumber.get(no).status())
              .as("promise 2: that the shop cancelled %s stands", no)
              .isEqualTo("CANCELLED");
        }
      }
      promises
          .assertThat(simulation.deleted())
          .as("promise 2: no deleted row comes back")
          .allMatch(no -> byNumber.get(no).status().equals(GONE));
      for (SeenRequest request : simulation.rig().sandbox().requests()) {
        promises
            .assertThat(request.at())
            .as("promise 3: no call about %s before it is old enough", request.outTradeNo())
            .isAfterOrEqualTo(
                simulation.createdAt(request.outTradeNo(), request.at()).plus(CLOSE_DELAY));
      }
      promises.assertThat(simulation.isAnythingOpen()).as("promise 4: nothing is open").isFalse();
      promises.errorsCollected().stream().limit(1).forEach(e -> System.err.println(replay(seed)));
      promises.assertAll();
      assertThat(fates).as("orders of seed %d", seed).hasSize(ORDERS);
      assertThat(simulation.griefs()).isPositive();
      assertThat(simulation.moved()).isPositive();
      assertThat(simulation.cancelled()).isNotEmpty();
      assertThat(simulation.deleted()).isNotEmpty();
      assertThat(events.of(Event.ORDER_ROW_REFUSED)).isNotEmpty();
    }
  }

  private static String replay(long seed) {
    return "replay: mvn test -Dtest=SimulationTest -Dsimulation.seed=%d -Dsimulation.orders=%d"
        .formatted(seed, ORDERS);
  }

  private static void holdAgainstTruth(
      long seed, Fate fate, boolean confirms, SoftAssertions promises) {
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
              .isIn("SUCCESS", "CANCELLED", GONE);
      case "NEVER ENTERED" ->
          promises
              .assertThat(fate.status())
              .as("only what the shop cancelled or deleted is never entered: %s", what)
              .isIn("CANCELLED", GONE);
      case "ABANDONED" ->
          promises
              .assertThat(fate.trueState().isPaid())
              .as("a payment that could be seen is not given up: %s", what)
              .isFalse();
      default -> promises.fail("promise 4: %s is neither resolved nor reported", what);
    }
  }

  /** What the shop's row says in the end, now that nothing hinders the service any more. */
  private static void holdRow(
      long seed, Fate fate, Simulation simulation, SoftAssertions promises) {
    String what = "%s of seed %d".formatted(fate, seed);
    if (fate.state().equals("CLOSED")) {
      promises
          .assertThat(fate.status())
          .as("promise 4: closed at WeChat Pay and here, unless the shop changed it: %s", what)
          .isIn("CLOSED", "CANCELLED", "SUCCESS", GONE);
    }
    if (fate.status().equals(HostileShop.PAID_STATUS)) {
      promises.assertThat(fate.state()).as("marked paid: %s", what).isEqualTo("PAID");
      promises.assertThat(fate.trueState()).as("marked paid: %s", what).isEqualTo(SUCCESS);
    }
    if (simulation.marksPaid()
        && fate.state().equals("PAID")
        && fate.trueState() == SUCCESS
        && simulation.isWritable(fate.outTradeNo())) {
      promises
          .assertThat(fate.status())
          .as("an order found paid is marked paid: %s", what)
          .isNotEqualTo("NOTPAY");
    }
  }

  /** Promise 8: a payment that a recorded, verified reply confirmed is neither lost nor hidden. */
  private static void holdPayments(
      long seed, List<Fate> fates, Events events, SoftAssertions promises) {
    Set<String> logged =
        events.of(Event.ORDER_PAID).stream()
            .map(fields -> fields.get("out_trade_no") + " " + fields.get("transaction_id"))
            .collect(Collectors.toSet());
    for (Fate fate : fates) {
      String what = "%s of seed %d".formatted(fate, seed);
      if (fate.toldPaid() > 0) {
        promises
            .assertThat(fate.state())
            .as("promise 8: a confirmed payment is recorded: %s", what)
            .isEqualTo("PAID");
      }
      if (fate.state().equals("PAID")) {
        promises
            .assertThat(fate.transactionId())
            .as("promise 8: with its transaction: %s", what)
            .isEqualTo(fate.truth().flatMap(OrderRecord::transactionId));
      }
      // An instance may die between the commit and the log line.
      if (fate.state().equals("PAID") && !fate.byOther()) {
        promises
            .assertThat(logged)
            .as("promise 8: a recorded payment is logged: %s", what)
            .contains(fate.outTradeNo() + " " + fate.transactionId().orElse(""));
      }
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
                        SELECT n.out_trade_no, coalesce(o.status, 'GONE') AS status,
                               c.transaction_id,
                               coalesce(c.state, 'NEVER ENTERED') AS state,
                               coalesce(c.attempts, 0) AS attempts,
                               (SELECT count(DISTINCT h.attempt) FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = n.out_trade_no) AS attempts_in_history,
                               (SELECT count(DISTINCT h.attempt) FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = n.out_trade_no AND h.operation = 'query'
                                  AND h.verified AND h.http_status = 404
                                  AND h.code = 'ORDER_NOT_EXIST') AS absences,
                               (SELECT count(*) FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = n.out_trade_no AND h.operation = 'query'
                                  AND h.verified AND h.http_status = 200) AS found,
                               (SELECT count(*) FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = n.out_trade_no AND h.operation = 'close'
                                  AND h.verified AND h.http_status = 204) AS accepted,
                               ARRAY (SELECT h.request_id FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = n.out_trade_no AND h.operation = 'query'
                                  AND h.verified AND h.http_status = 200
                                  AND h.request_id IS NOT NULL) AS told,
                               EXISTS (SELECT FROM order_closer.close_attempt h
                                WHERE h.out_trade_no = n.out_trade_no
                                  AND h.instance_id <> 'copy-1') AS by_other
                        FROM unnest(CAST(:numbers AS text[])) AS n (out_trade_no)
                        LEFT JOIN orders o USING (out_trade_no)
                        LEFT JOIN order_closer.order_close c USING (out_trade_no)
                        """)
                    .bind("numbers", simulation.numbers().toArray(String[]::new))
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
                                Optional.ofNullable(row.getString("transaction_id")),
                                toldPaid(simulation, row),
                                row.getBoolean("by_other"),
                                Optional.ofNullable(truth.get(row.getString("out_trade_no")))))
                    .list());
  }

  private static int toldPaid(Simulation simulation, ResultSet row) throws SQLException {
    Set<String> told = new HashSet<>(List.of((String[]) row.getArray("told").getArray()));
    told.retainAll(simulation.saidPaid(row.getString("out_trade_no")));
    return told.size();
  }
}
