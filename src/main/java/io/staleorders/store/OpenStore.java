package io.staleorders.store;

import org.jdbi.v3.core.Jdbi;

/** How many orders wait for a call at this moment. */
public final class OpenStore {
  private static final String DUE_NOW =
      """
      SELECT count(*) AS orders,
             count(*) FILTER (WHERE EXISTS (
                 SELECT FROM order_closer.pause p WHERE p.scope IN ('account', c.sub_mchid))) AS paused,
             EXISTS (SELECT FROM order_closer.pause p WHERE p.scope = 'account') AS account_paused
      FROM order_closer.order_close c
      WHERE c.next_attempt_at <= <now>
      """;

  private final Jdbi jdbi;
  private final String dueNow;

  public OpenStore(Jdbi jdbi, ShopTable table) {
    this.jdbi = jdbi;
    this.dueNow = table.sql(DUE_NOW);
  }

  /**
   * Orders whose time has come, those being called about included.
   *
   * @param paused those of them whose account or sub-merchant is paused
   * @param accountPaused whether the whole account is
   */
  public record DueNow(long orders, long paused, boolean accountPaused) {}

  public DueNow dueNow() {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(dueNow)
                .map(
                    (row, ctx) ->
                        new DueNow(
                            row.getLong("orders"),
                            row.getLong("paused"),
                            row.getBoolean("account_paused")))
                .one());
  }
}
