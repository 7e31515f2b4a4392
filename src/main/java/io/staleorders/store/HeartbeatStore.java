package io.staleorders.store;

import org.jdbi.v3.core.Jdbi;

/** What stands open, in a few numbers. */
public final class HeartbeatStore {
  private static final String COUNT =
      """
      SELECT (SELECT count(*) FROM order_closer.order_close c
              WHERE c.next_attempt_at IS NOT NULL
                AND (c.state = 'DUE' OR c.state = 'CLAIMED' AND c.attempts = 0)) AS due,
             (SELECT count(*) FROM order_closer.order_close c
              WHERE c.next_attempt_at IS NOT NULL
                AND (c.state = 'RETRY' OR c.state = 'CLAIMED' AND c.attempts > 0)) AS retrying,
             (SELECT count(*) FROM order_closer.order_close c
              WHERE c.state = 'ABANDONED' AND c.resolved_at IS NOT NULL) AS abandoned,
             (SELECT count(*) FROM order_closer.pause) AS paused,
             (SELECT count(*) FROM order_closer.order_close c
              JOIN <orders> o ON <key> = c.out_trade_no::<key_type>
              WHERE c.state = 'PAID' AND c.resolved_at IS NOT NULL
                AND <is_unpaid> AND <is_ours>) AS paid_still_unpaid_here,
             (SELECT coalesce(max(extract(epoch FROM <now> - c.order_created_at - <delay>)), 0)::bigint
              FROM order_closer.order_close c
              WHERE c.next_attempt_at IS NOT NULL
                AND c.state IN ('DUE', 'CLAIMED', 'RETRY')) AS oldest_due_seconds
      """;

  private final Jdbi jdbi;
  private final String count;

  public HeartbeatStore(Jdbi jdbi, ShopTable table) {
    this.jdbi = jdbi;
    this.count = table.sql(COUNT);
  }

  /**
   * What stands open.
   *
   * @param due entered and not tried yet
   * @param retrying tried, and to be tried again
   * @param paused scopes
   * @param paidStillUnpaidHere orders that are paid at WeChat Pay and unpaid in the shop
   * @param oldestDueSeconds how long ago the oldest open order fell due
   */
  public record Counts(
      long due,
      long retrying,
      long abandoned,
      long paused,
      long paidStillUnpaidHere,
      long oldestDueSeconds) {}

  public Counts count() {
    return Transactions.longOne(
        jdbi,
        handle ->
            handle
                .createQuery(count)
                .map(
                    (row, ctx) ->
                        new Counts(
                            row.getLong("due"),
                            row.getLong("retrying"),
                            row.getLong("abandoned"),
                            row.getLong("paused"),
                            row.getLong("paid_still_unpaid_here"),
                            row.getLong("oldest_due_seconds")))
                .one());
  }
}
