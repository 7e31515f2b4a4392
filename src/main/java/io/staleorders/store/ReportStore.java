package io.staleorders.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** How things stand and what was done, for people. Reads only. */
public final class ReportStore {
  private static final String OUTCOMES =
      """
      SELECT c.state AS name, count(*) AS orders
      FROM order_closer.order_close c
      WHERE c.resolved_at > <now> - CAST(:since AS interval)
      GROUP BY c.state
      """;

  /** From the moment an order fell due to its first call. */
  private static final String LAG =
      """
      SELECT count(*) AS orders,
             coalesce(percentile_disc(0.5) WITHIN GROUP (ORDER BY lag), 0) AS p50,
             coalesce(percentile_disc(0.9) WITHIN GROUP (ORDER BY lag), 0) AS p90,
             coalesce(percentile_disc(0.99) WITHIN GROUP (ORDER BY lag), 0) AS p99
      FROM (SELECT extract(epoch FROM min(a.started_at) - min(c.order_created_at) - <delay>)
                       ::double precision AS lag
            FROM order_closer.close_attempt a
            JOIN order_closer.order_close c USING (out_trade_no)
            WHERE a.started_at > <now> - CAST(:since AS interval)
              AND c.first_attempt_at > <now> - CAST(:since AS interval)
            GROUP BY a.out_trade_no) AS lags
      """;

  private static final String ABANDONED =
      """
      SELECT c.reason AS name, count(*) AS orders
      FROM order_closer.order_close c
      WHERE c.state = 'ABANDONED' AND c.resolved_at IS NOT NULL
      GROUP BY c.reason
      """;

  private static final String OLDEST_UNPAID =
      """
      SELECT CASE WHEN made_at IS NOT NULL THEN least(greatest(made_at, 'epoch'), '9999-01-01') END AS oldest
      FROM (SELECT min(<created_instant>) AS made_at FROM <orders> o WHERE <is_unpaid> AND <is_ours>) AS oldest
      """;

  private static final String UNSETTLED =
      """
      SELECT c.out_trade_no, c.transaction_id, c.trade_state, c.paid_at
      FROM order_closer.order_close c
      WHERE <unsettled>
      ORDER BY c.resolved_at
      """;

  private static final String REFUSED_ROWS =
      """
      SELECT c.out_trade_no
      FROM order_closer.order_close c
      WHERE c.next_attempt_at IS NOT NULL AND c.reason = 'ROW_REFUSED'
      ORDER BY c.first_attempt_at
      """;

  private static final String PAUSES =
      "SELECT scope, code, since, until, failures FROM order_closer.pause ORDER BY since";

  private final Jdbi jdbi;
  private final ShopTable table;
  private final HeartbeatStore heartbeat;

  public ReportStore(Jdbi jdbi, ShopTable table) {
    this.jdbi = jdbi;
    this.table = table;
    this.heartbeat = new HeartbeatStore(jdbi, table);
  }

  /**
   * Seconds from the moment an order fell due to its first call.
   *
   * @param orders that were first called about in the time reported
   */
  public record Lag(long orders, double p50, double p90, double p99) {}

  /** A pause that is in force. */
  public record Pause(String scope, String code, Instant since, Instant until, int failures) {}

  /**
   * A report.
   *
   * @param outcomes orders resolved in the time reported, by state
   * @param open what stands open now
   * @param abandoned by reason, all that there are
   * @param unsettled payments that are neither to be seen in the shop nor acknowledged: all of them
   * @param refusedRows orders closed at WeChat Pay whose row refuses its new status
   */
  public record Report(
      Map<String, Long> outcomes,
      Lag lag,
      HeartbeatStore.Counts open,
      Optional<Instant> oldestUnpaid,
      Map<String, Long> abandoned,
      List<Payment> unsettled,
      List<String> refusedRows,
      List<Pause> pauses) {}

  /**
   * A payment that the shop has not taken in.
   *
   * @param transactionId WeChat Pay's; absent if its reply had none that can be kept
   */
  public record Payment(
      String outTradeNo,
      Optional<String> transactionId,
      String tradeState,
      Optional<Instant> paidAt) {}

  /** What was done {@code since} so long ago, and how things stand now. */
  public Report report(Duration since) {
    String interval = SqlText.interval(since);
    // Each in a transaction of its own: one that fails for a row of the shop's ends no other.
    return new Report(
        own(handle -> counts(handle, OUTCOMES, Map.of("since", interval))),
        own(handle -> lag(handle, interval)),
        heartbeat.count(),
        oldestUnpaid(),
        own(handle -> counts(handle, ABANDONED, Map.of())),
        unsettled(),
        own(handle -> handle.createQuery(REFUSED_ROWS).mapTo(String.class).list()),
        own(ReportStore::pauses));
  }

  private <T> T own(HandleCallback<T, RuntimeException> work) {
    return Transactions.longOne(jdbi, work);
  }

  /** Absent too if some row cannot be read. */
  private Optional<Instant> oldestUnpaid() {
    return unlessRowFails(
            () ->
                Transactions.longOne(
                    jdbi,
                    handle ->
                        handle
                            .createQuery(table.sql(OLDEST_UNPAID))
                            .map((row, ctx) -> Columns.instant(row, "oldest"))
                            .one()))
        .flatMap(oldest -> oldest);
  }

  private List<Payment> unsettled() {
    return unlessRowFails(() -> unsettled(table.sql("<is_unsettled>")))
        .orElseGet(() -> unsettled(HeartbeatStore.UNSETTLED_WITHOUT_SHOP));
  }

  private List<Payment> unsettled(String condition) {
    return Transactions.longOne(
        jdbi,
        handle ->
            handle
                .createQuery(table.sql(UNSETTLED, Map.of("unsettled", condition)))
                .map(
                    (row, ctx) ->
                        new Payment(
                            row.getString("out_trade_no"),
                            Columns.text(row, "transaction_id"),
                            row.getString("trade_state"),
                            Columns.instant(row, "paid_at")))
                .list());
  }

  private static <T> Optional<T> unlessRowFails(Supplier<T> statement) {
    try {
      return Optional.of(statement.get());
    } catch (JdbiException e) {
      if (DatabaseFailure.of(e).scope() == DatabaseFailure.Scope.ROW) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Map<String, Long> counts(Handle handle, String sql, Map<String, Object> bindings) {
    return handle
        .createQuery(table.sql(sql))
        .bindMap(bindings)
        .reduceRows(
            new TreeMap<>(),
            (all, row) -> {
              all.put(row.getColumn("name", String.class), row.getColumn("orders", Long.class));
              return all;
            });
  }

  private Lag lag(Handle handle, String interval) {
    return handle
        .createQuery(table.sql(LAG))
        .bind("since", interval)
        .map(
            (row, ctx) ->
                new Lag(
                    row.getLong("orders"),
                    row.getDouble("p50"),
                    row.getDouble("p90"),
                    row.getDouble("p99")))
        .one();
  }

  private static List<Pause> pauses(Handle handle) {
    return handle
        .createQuery(PAUSES)
        .map(
            (row, ctx) ->
                new Pause(
                    row.getString("scope"),
                    row.getString("code"),
                    Columns.instant(row, "since").orElseThrow(),
                    Columns.instant(row, "until").orElseThrow(),
                    row.getInt("failures")))
        .list();
  }
}
