package io.staleorders.store;

import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

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
              WHERE <unsettled>) AS paid_still_unpaid_here,
             (SELECT count(*) FROM order_closer.order_close c
              WHERE c.next_attempt_at IS NOT NULL AND c.reason = 'ROW_REFUSED') AS row_refused,
             (SELECT coalesce(max(extract(epoch FROM <now> - c.order_created_at - <delay>)), 0)::bigint
              FROM order_closer.order_close c
              WHERE c.next_attempt_at IS NOT NULL
                AND c.state IN ('DUE', 'CLAIMED', 'RETRY')
                AND NOT EXISTS (SELECT FROM order_closer.pause p
                                WHERE p.scope IN ('account', c.sub_mchid) OFFSET 0)) AS oldest_due_seconds
      """;

  /** Where a row of the shop's cannot be read: a payment is rather reported than hidden. */
  static final String UNSETTLED_WITHOUT_SHOP = "c.state = 'PAID' AND c.acknowledged_at IS NULL";

  private final Jdbi jdbi;
  private final String count;
  private final String countWithoutShop;

  public HeartbeatStore(Jdbi jdbi, ShopTable table) {
    this.jdbi = jdbi;
    this.count = table.sql(COUNT, Map.of("unsettled", table.sql("<is_unsettled>")));
    this.countWithoutShop = table.sql(COUNT, Map.of("unsettled", UNSETTLED_WITHOUT_SHOP));
  }

  /**
   * What stands open.
   *
   * @param due entered and not tried yet
   * @param retrying tried, and to be tried again
   * @param paused scopes
   * @param paidStillUnpaidHere unsettled payments: paid at WeChat Pay, and neither to be seen in
   *     the shop nor acknowledged
   * @param rowRefused orders whose row in the shop refuses its new status
   * @param oldestDueSeconds how long ago the oldest open order fell due, of those not paused
   */
  public record Counts(
      long due,
      long retrying,
      long abandoned,
      long paused,
      long paidStillUnpaidHere,
      long rowRefused,
      long oldestDueSeconds) {}

  /** Counts; a row of the shop's that cannot be read hides nothing. */
  public Counts count() {
    try {
      return count(count);
    } catch (JdbiException e) {
      if (DatabaseFailure.of(e).scope() != DatabaseFailure.Scope.ROW) {
        throw e;
      }
      return count(countWithoutShop);
    }
  }

  private Counts count(String sql) {
    return Transactions.longOne(
        jdbi,
        handle ->
            handle
                .createQuery(sql)
                .map(
                    (row, ctx) ->
                        new Counts(
                            row.getLong("due"),
                            row.getLong("retrying"),
                            row.getLong("abandoned"),
                            row.getLong("paused"),
                            row.getLong("paid_still_unpaid_here"),
                            row.getLong("row_refused"),
                            row.getLong("oldest_due_seconds")))
                .one());
  }
}
