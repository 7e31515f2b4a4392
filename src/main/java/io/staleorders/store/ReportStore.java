package io.staleorders.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

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
      SELECT min(<created_instant>) FROM <orders> o WHERE <is_unpaid> AND <is_ours>
      """;

  private static final String PAID_UNPAID_HERE =
      """
      SELECT c.out_trade_no
      FROM order_closer.order_close c
      JOIN <orders> o ON <key> = c.out_trade_no::<key_type>
      WHERE c.state = 'PAID' AND c.resolved_at IS NOT NULL AND <is_unpaid> AND <is_ours>
      ORDER BY c.resolved_at
      LIMIT 100
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
   * @param paidUnpaidHere orders paid at WeChat Pay and unpaid in the shop, 100 at most
   */
  public record Report(
      Map<String, Long> outcomes,
      Lag lag,
      HeartbeatStore.Counts open,
      Optional<Instant> oldestUnpaid,
      Map<String, Long> abandoned,
      List<String> paidUnpaidHere,
      List<Pause> pauses) {}

  /** What was done {@code since} so long ago, and how things stand now. */
  public Report report(Duration since) {
    String interval = since.toMillis() + " milliseconds";
    return jdbi.withHandle(
        handle ->
            new Report(
                counts(handle, OUTCOMES, Map.of("since", interval)),
                lag(handle, interval),
                heartbeat.count(),
                handle.createQuery(table.sql(OLDEST_UNPAID)).mapTo(Instant.class).findOne(),
                counts(handle, ABANDONED, Map.of()),
                handle.createQuery(table.sql(PAID_UNPAID_HERE)).mapTo(String.class).list(),
                pauses(handle)));
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
