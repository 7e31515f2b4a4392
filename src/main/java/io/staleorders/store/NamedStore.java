package io.staleorders.store;

import io.staleorders.order.MerchantId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jdbi.v3.core.Jdbi;

/** Orders that an operator names. */
public final class NamedStore {
  /** What a claim holds is left to it: that order is being called about now. */
  private static final String MAKE_DUE =
      """
      INSERT INTO order_closer.order_close AS c
          (out_trade_no, sp_mchid, sub_mchid, order_created_at, state, next_attempt_at)
      SELECT DISTINCT ON (mine.number)
             mine.number, :sp_mchid, mine.sub_mchid, greatest(mine.made_at, 'epoch'), 'DUE', <now>
      FROM (SELECT <key_text> AS number, <sub_mchid> AS sub_mchid, <created_instant> AS made_at,
                   <is_ours> AS is_ours
            FROM <orders> o
            WHERE <key_in_wanted> AND (<is_unpaid>) IS TRUE
            OFFSET 0) AS mine
      WHERE mine.is_ours AND mine.made_at <= <now> - <delay>
      ORDER BY mine.number
      ON CONFLICT (out_trade_no) DO UPDATE
      SET state = 'DUE', attempts = 0, answered = 0, absences = 0, rate_refusals = 0,
          first_attempt_at = NULL, next_attempt_at = <now>, resolved_at = NULL, reason = NULL,
          trade_state = NULL, transaction_id = NULL, paid_at = NULL,
          code = NULL, message = NULL, request_id = NULL,
          row_closed = false, row_refused_at = NULL
      WHERE c.claim_id IS NULL AND c.state <> 'PAID'
      RETURNING c.out_trade_no
      """;

  /**
   * Orders that are not unpaid any more. Where we closed the row ourselves, since WeChat Pay did
   * not know the order, WeChat Pay is asked again; else the sweep's own check finds that the shop
   * has dealt with it.
   */
  private static final String MAKE_SETTLED_DUE =
      """
      UPDATE order_closer.order_close c
      SET state = 'DUE', attempts = 0, answered = 0, absences = 0, rate_refusals = 0,
          first_attempt_at = NULL, next_attempt_at = <now>, resolved_at = NULL, reason = NULL
      WHERE c.out_trade_no = ANY (CAST(:out_trade_nos AS text[]))
        AND (c.state = 'ABANDONED' OR c.row_closed AND c.state <> 'PAID') AND c.claim_id IS NULL
        AND NOT EXISTS (SELECT FROM <orders> o
                        WHERE <key_is_c> AND <is_unpaid> AND <is_ours>)
      RETURNING c.out_trade_no
      """;

  private static final String ABANDONED =
      """
      SELECT c.out_trade_no
      FROM order_closer.order_close c
      WHERE c.state = 'ABANDONED' AND c.resolved_at IS NOT NULL
        AND (CAST(:code AS text) IS NULL OR c.code = :code OR c.reason = :code)
      ORDER BY c.resolved_at
      """;

  private static final String ACKNOWLEDGE =
      """
      UPDATE order_closer.order_close c
      SET acknowledged_at = coalesce(c.acknowledged_at, <now>)
      WHERE c.out_trade_no = ANY (CAST(:out_trade_nos AS text[])) AND c.state = 'PAID'
      RETURNING c.out_trade_no
      """;

  private static final String RESULTS =
      """
      SELECT wanted.out_trade_no,
             CASE WHEN c.state IS NOT NULL THEN c.state
                  WHEN NOT EXISTS (SELECT FROM <orders> o
                                   WHERE <key_is_wanted> AND <is_ours>)
                  THEN 'NO_SUCH_ORDER'
                  WHEN NOT EXISTS (SELECT FROM <orders> o
                                   WHERE <key_is_wanted> AND <is_ours>
                                     AND <is_unpaid>)
                  THEN 'NOT_UNPAID'
                  ELSE 'TOO_YOUNG' END AS state,
             c.reason, c.code, c.transaction_id, c.next_attempt_at,
             EXISTS (SELECT FROM order_closer.pause p WHERE p.scope IN ('account', c.sub_mchid)) AS paused
      FROM unnest(CAST(:out_trade_nos AS text[])) AS wanted (out_trade_no)
      LEFT JOIN order_closer.order_close c ON c.out_trade_no = wanted.out_trade_no
      ORDER BY wanted.out_trade_no
      """;

  private final Jdbi jdbi;
  private final MerchantId spMchid;
  private final String makeDue;
  private final String makeSettledDue;
  private final String acknowledge;
  private final String results;

  public NamedStore(Jdbi jdbi, ShopTable table, MerchantId spMchid) {
    this.jdbi = jdbi;
    this.spMchid = spMchid;
    this.makeDue = table.sql(MAKE_DUE);
    this.makeSettledDue = table.sql(MAKE_SETTLED_DUE);
    this.acknowledge = table.sql(ACKNOWLEDGE);
    this.results = table.sql(RESULTS);
  }

  /**
   * What stands about an order.
   *
   * @param state of ours; or that the shop has no such order, that it is not unpaid, or that it is
   *     younger than {@code CLOSE_DELAY}
   * @param paused whether its account or sub-merchant is paused
   */
  public record Standing(
      String outTradeNo,
      String state,
      Optional<String> reason,
      Optional<String> code,
      Optional<String> transactionId,
      Optional<Instant> nextAttemptAt,
      boolean paused) {}

  /**
   * Makes orders due now, whatever became of them before, unless they are paid, no longer unpaid or
   * too young. Abandoned ones that are no longer unpaid are due too, and ones whose row we closed
   * because WeChat Pay did not know them.
   *
   * @return those that are due now
   */
  public List<String> makeDue(List<String> outTradeNos) {
    return Transactions.longOne(
        jdbi,
        handle ->
            Stream.of(
                    handle.createQuery(makeSettledDue),
                    handle.createQuery(makeDue).bind("sp_mchid", spMchid.value()))
                .flatMap(
                    query ->
                        query
                            .bind("out_trade_nos", outTradeNos.toArray(String[]::new))
                            .mapTo(String.class)
                            .list()
                            .stream())
                .toList());
  }

  /**
   * Takes payments out of the report: a person has dealt with them.
   *
   * @return those of the orders that are payments
   */
  public List<String> acknowledge(List<String> outTradeNos) {
    return Transactions.longOne(
        jdbi,
        handle ->
            handle
                .createQuery(acknowledge)
                .bind("out_trade_nos", outTradeNos.toArray(String[]::new))
                .mapTo(String.class)
                .list());
  }

  /** Abandoned orders, all or those of one code or reason, longest abandoned first. */
  public List<String> abandoned(Optional<String> code) {
    return Transactions.longOne(
        jdbi,
        handle -> handle.createQuery(ABANDONED).bind("code", code).mapTo(String.class).list());
  }

  /** What stands about each of these orders. */
  public List<Standing> standing(List<String> outTradeNos) {
    return Transactions.longOne(
        jdbi,
        handle ->
            handle
                .createQuery(results)
                .bind("out_trade_nos", outTradeNos.toArray(String[]::new))
                .map(
                    (row, ctx) ->
                        new Standing(
                            row.getString("out_trade_no"),
                            row.getString("state"),
                            Columns.text(row, "reason"),
                            Columns.text(row, "code"),
                            Columns.text(row, "transaction_id"),
                            Columns.instant(row, "next_attempt_at"),
                            row.getBoolean("paused")))
                .list());
  }
}
