package io.staleorders.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;

/** The one cheap query of an idle copy. */
public final class LookStore {
  /**
   * The bounds of the transaction go to the server together with the query: a copy with nothing to
   * do sends nothing else.
   *
   * <p>OFFSET 0 keeps an EXISTS what it is, a lookup by key for each row, from the first row on. As
   * a join, and planned without statistics of our tables, it would go through all of them each
   * time.
   */
  private static final String LOOK =
      """
      <bounds>;
      SELECT <now> AS now,
             CASE WHEN :for_new THEN EXISTS (
                 SELECT FROM <orders> o
                 WHERE <is_unpaid> AND <is_ours>
                   AND <created_at> >= <mark_bound>
                   AND <created_at> <= <due_upper_bound>
                   AND <created_instant> <= <now> - <delay>
                   AND <key> IS NOT NULL
                   AND NOT EXISTS (
                       SELECT FROM order_closer.order_close c WHERE c.out_trade_no = <key_text> OFFSET 0)
             ) ELSE false END AS scan_due,
             (SELECT coalesce(c.claimed_until, c.next_attempt_at)
              FROM order_closer.order_close c
              WHERE c.next_attempt_at IS NOT NULL
                AND NOT EXISTS (
                    SELECT FROM order_closer.pause p WHERE p.scope IN ('account', c.sub_mchid) OFFSET 0)
              ORDER BY coalesce(c.claimed_until, c.next_attempt_at)
              LIMIT 1) AS claimable_at,
             least(<next_due_of_each_status>) AS next_due_at,
             (SELECT min(p.until) FROM order_closer.pause p
              WHERE p.scope = 'account'
                 OR NOT EXISTS (SELECT FROM order_closer.pause a WHERE a.scope = 'account')) AS probe_at,
             ARRAY(SELECT p.scope FROM order_closer.pause p) AS paused
      """;

  private static final String NEXT_DUE_OF_ONE_STATUS =
      """
      (SELECT <created_instant> + <delay>
              FROM <orders> o
              WHERE <one_status> AND <is_ours>
                AND <created_at> > <due_lower_bound>
                AND <created_instant> > <now> - <delay>
                AND <created_at> < 'infinity'
                AND <key> IS NOT NULL
              ORDER BY <created_at>
              LIMIT 1)\
      """;

  private final Jdbi jdbi;
  private final String look;

  public LookStore(Jdbi jdbi, ShopTable table) {
    this.jdbi = jdbi;
    this.look =
        table.sql(
            LOOK,
            Map.of(
                "bounds", Transactions.LONG_BOUNDS,
                "mark_bound", table.sql(table.bound(ScanStore.FROM_MARK, "-")),
                "next_due_of_each_status",
                    table.unpaidConditions().stream()
                        .map(one -> table.sql(NEXT_DUE_OF_ONE_STATUS, Map.of("one_status", one)))
                        .collect(Collectors.joining(",\n             "))));
  }

  /**
   * Is there anything to do, and when will there be?
   *
   * @param forNew whether to look for orders that are not entered yet: not while a scan is under
   *     way, which passes all that it has entered already
   */
  public Look look(boolean forNew) {
    return jdbi.inTransaction(
        (Handle handle) ->
            handle.createQuery(look).bind("for_new", forNew).execute(LookStore::lookAfterBounds));
  }

  private static Look lookAfterBounds(Supplier<PreparedStatement> executed, StatementContext ctx)
      throws SQLException {
    try (ctx) {
      PreparedStatement statement = executed.get();
      while (!statement.getMoreResults()) {
        if (statement.getUpdateCount() == -1) {
          throw new SQLException("the look has no result");
        }
      }
      try (ResultSet row = statement.getResultSet()) {
        row.next();
        return look(row);
      }
    }
  }

  private static Look look(ResultSet row) throws SQLException {
    return new Look(
        Columns.instant(row, "now").orElseThrow(),
        row.getBoolean("scan_due"),
        Columns.instant(row, "claimable_at"),
        Columns.instant(row, "next_due_at"),
        Columns.instant(row, "probe_at"),
        Columns.texts(row, "paused"));
  }
}
