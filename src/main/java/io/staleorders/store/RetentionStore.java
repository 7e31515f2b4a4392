package io.staleorders.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * Removes orders that were resolved long ago, with their history, in small steps. An order stays
 * while the shop's row is unpaid, and a payment until it is settled.
 */
public final class RetentionStore {
  /**
   * The shop's rows are looked up by number, one order at a time: OFFSET 0 keeps each EXISTS what
   * it is, where a join planned without statistics would read all of the shop's table.
   */
  private static final String REMOVE =
      """
      WITH old AS MATERIALIZED (
          SELECT c.out_trade_no, c.resolved_at,
                 c.state = 'PAID' AND c.acknowledged_at IS NULL AS is_payment
          FROM order_closer.order_close c
          WHERE c.resolved_at < <now> - CAST(:retention AS interval)
            AND (c.resolved_at, c.out_trade_no)
                > (CAST(:after_resolved_at AS timestamptz), CAST(:after_out_trade_no AS text))
            AND c.resolved_at IS NOT NULL
            AND c.next_attempt_at IS NULL
          ORDER BY c.resolved_at, c.out_trade_no
          LIMIT :batch
      ),
      gone AS MATERIALIZED (
          SELECT old.out_trade_no
          FROM old
          WHERE NOT EXISTS (
                  SELECT FROM <orders> o
                  WHERE <key_is_old> AND <is_unpaid> AND <is_ours> OFFSET 0)
            AND (NOT old.is_payment OR EXISTS (
                  SELECT FROM <orders> o
                  WHERE <key_is_old> AND NOT (<is_unpaid>) AND NOT (<is_closed>)
                    AND <is_ours> OFFSET 0))
      ),
      removed AS (
          DELETE FROM order_closer.order_close c
          WHERE c.out_trade_no = ANY (ARRAY(SELECT gone.out_trade_no FROM gone))
            AND c.resolved_at < <now> - CAST(:retention AS interval)
            AND c.next_attempt_at IS NULL
          RETURNING c.out_trade_no
      ),
      history AS (
          DELETE FROM order_closer.close_attempt a
          WHERE a.out_trade_no = ANY (ARRAY(SELECT removed.out_trade_no FROM removed))
      )
      SELECT last.resolved_at, last.out_trade_no, (SELECT count(*) FROM removed) AS removed
      FROM old AS last
      ORDER BY last.resolved_at DESC, last.out_trade_no DESC
      LIMIT 1
      """;

  private static final String SKIP =
      """
      SELECT c.resolved_at, c.out_trade_no, 0 AS removed
      FROM order_closer.order_close c
      WHERE c.resolved_at < <now> - CAST(:retention AS interval)
        AND (c.resolved_at, c.out_trade_no)
            > (CAST(:after_resolved_at AS timestamptz), CAST(:after_out_trade_no AS text))
        AND c.resolved_at IS NOT NULL
        AND c.next_attempt_at IS NULL
      ORDER BY c.resolved_at, c.out_trade_no
      LIMIT :batch
      """;

  private static final String REMOVE_HISTORY =
      """
      WITH page AS MATERIALIZED (
          SELECT a.out_trade_no
          FROM order_closer.close_attempt a
          WHERE a.out_trade_no > :after
          ORDER BY a.out_trade_no
          LIMIT :batch
      ),
      gone AS MATERIALIZED (
          SELECT DISTINCT page.out_trade_no
          FROM page
          WHERE NOT EXISTS (
              SELECT FROM order_closer.order_close c
              WHERE c.out_trade_no = page.out_trade_no OFFSET 0)
      ),
      removed AS (
          DELETE FROM order_closer.close_attempt a
          WHERE a.out_trade_no = ANY (ARRAY(SELECT gone.out_trade_no FROM gone))
            AND a.started_at < <now> - CAST(:retention AS interval)
      )
      SELECT max(page.out_trade_no) FROM page
      """;

  private final Jdbi jdbi;
  private final String remove;
  private final String skip;
  private final String removeHistory;
  private final String retention;

  /**
   * @param retention {@code HISTORY_RETENTION}
   */
  public RetentionStore(Jdbi jdbi, ShopTable table, Duration retention) {
    this.jdbi = jdbi;
    this.remove = table.sql(REMOVE);
    this.skip = table.sql(SKIP);
    this.removeHistory = table.sql(REMOVE_HISTORY);
    this.retention = SqlText.interval(retention);
  }

  /** The statement that removes, for a test of its plan. */
  String removing() {
    return remove;
  }

  /** The statement that removes history, for a test of its plan. */
  String removingHistory() {
    return removeHistory;
  }

  /**
   * One small step.
   *
   * @param removed orders removed, with their history
   * @param last where the next step begins
   */
  public record Step(int removed, Cursor last) {}

  /** A place among the resolved orders, oldest first. */
  public record Cursor(Instant resolvedAt, String outTradeNo) {
    /** Before all of them. */
    public static final Cursor START = new Cursor(Instant.EPOCH, "");
  }

  /**
   * Removes what may go of the next orders.
   *
   * @param batch how many are looked at
   * @return empty when there is nothing old enough after {@code cursor}
   */
  public Optional<Step> remove(Cursor cursor, int batch) {
    return step(remove, cursor, batch);
  }

  /** Passes over the next order, without a look at the shop's row. */
  public Optional<Step> skip(Cursor cursor) {
    return step(skip, cursor, 1);
  }

  private Optional<Step> step(String statement, Cursor cursor, int batch) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(statement)
                .bind("retention", retention)
                .bind("after_resolved_at", cursor.resolvedAt().toString())
                .bind("after_out_trade_no", cursor.outTradeNo())
                .bind("batch", batch)
                .map(
                    (row, ctx) ->
                        new Step(
                            row.getInt("removed"),
                            new Cursor(
                                Columns.instant(row, "resolved_at").orElseThrow(),
                                row.getString("out_trade_no"))))
                .findOne());
  }

  /**
   * Removes old history of orders that have no row of ours any more: a response that came after its
   * order was removed, say.
   *
   * @param after number after which it looks
   * @param batch requests that are looked at
   * @return the last number looked at; empty at the end
   */
  public Optional<String> removeHistory(String after, int batch) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(removeHistory)
                .bind("retention", retention)
                .bind("after", after)
                .bind("batch", batch)
                .mapTo(String.class)
                .findOne());
  }
}
