package io.staleorders.store;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Removes what is resolved and old, unless the shop's row is still unpaid. */
public final class RetentionStore {
  /** The history of orders that are open, or whose row is still unpaid, stays with them. */
  private static final String REMOVE =
      """
      WITH old AS MATERIALIZED (
          SELECT c.out_trade_no, c.resolved_at
          FROM order_closer.order_close c
          WHERE c.resolved_at < <now> - CAST(:retention AS interval)
            AND (c.resolved_at, c.out_trade_no)
                > (CAST(:after_resolved_at AS timestamptz), CAST(:after_out_trade_no AS text))
            AND c.next_attempt_at IS NULL
          ORDER BY c.resolved_at, c.out_trade_no
          LIMIT :batch
      ),
      gone AS MATERIALIZED (
          SELECT old.out_trade_no
          FROM old
          WHERE NOT EXISTS (
              SELECT FROM <orders> o
              WHERE <key_is_old> AND <is_unpaid> AND <is_ours>)
      ),
      removed AS (
          DELETE FROM order_closer.order_close c
          USING gone
          WHERE c.out_trade_no = gone.out_trade_no
            AND c.resolved_at < <now> - CAST(:retention AS interval)
          RETURNING c.out_trade_no
      ),
      history AS (
          DELETE FROM order_closer.close_attempt a
          USING gone
          WHERE a.out_trade_no = gone.out_trade_no
      )
      SELECT last.resolved_at, last.out_trade_no, (SELECT count(*) FROM removed) AS removed
      FROM old AS last
      ORDER BY last.resolved_at DESC, last.out_trade_no DESC
      LIMIT 1
      """;

  private final Jdbi jdbi;
  private final String remove;
  private final String retention;
  private final int batch;

  /**
   * @param retention {@code HISTORY_RETENTION}
   * @param batch orders looked at by one statement
   */
  public RetentionStore(Jdbi jdbi, ShopTable table, Duration retention, int batch) {
    this.jdbi = jdbi;
    this.remove = table.sql(REMOVE);
    this.retention = retention.toMillis() + " milliseconds";
    this.batch = batch;
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

  /** Removes a batch; empty when there is nothing old enough after {@code cursor}. */
  public Optional<Step> remove(Cursor cursor) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(remove)
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
}
