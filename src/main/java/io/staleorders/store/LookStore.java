package io.staleorders.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;

/** The one cheap query of an idle copy. */
public final class LookStore {
  /**
   * The bounds of the transaction go to the server together with the query: an instance with
   * nothing to do sends nothing else.
   *
   * <p>OFFSET 0 keeps an EXISTS what it is, a lookup by key for each row, from the first row on. As
   * a join, and planned without statistics of our tables, it would go through all of them each
   * time.
   */
  private static final String LOOK =
      """
      <bounds>;
      SELECT <now> AS now,
             <scan_due> AS scan_due,
             (SELECT coalesce(c.claimed_until, c.next_attempt_at)
              FROM order_closer.order_close c
              WHERE c.next_attempt_at IS NOT NULL
                AND NOT EXISTS (
                    SELECT FROM order_closer.pause p WHERE p.scope IN ('account', c.sub_mchid) OFFSET 0)
              ORDER BY coalesce(c.claimed_until, c.next_attempt_at)
              LIMIT 1) AS claimable_at,
             <next_due> AS next_due_at,
             (SELECT min(p.until) FROM order_closer.pause p
              WHERE p.scope = 'account'
                 OR NOT EXISTS (SELECT FROM order_closer.pause a WHERE a.scope = 'account')) AS probe_at,
             ARRAY(SELECT p.scope FROM order_closer.pause p) AS paused,
             <column_types> AS column_types
      """;

  private static final String SCAN_DUE =
      """
      CASE WHEN :for_new THEN EXISTS (
                 SELECT FROM <orders> o
                 WHERE <is_unpaid> AND <is_ours>
                   AND <created_at> >= <mark_bound>
                   AND <created_at> <= <due_upper_bound>
                   AND <created_instant> <= <now> - <delay>
                   AND <key> IS NOT NULL
                   AND <key_text> <> ALL (CAST(:set_aside AS text[]))
                   AND NOT EXISTS (
                       SELECT FROM order_closer.order_close c WHERE c.out_trade_no = <key_text> OFFSET 0)
             ) ELSE false END\
      """;

  private static final String NEXT_DUE_OF_ONE_STATUS =
      """
      (SELECT least(<created_instant>, '9999-01-01') + <delay>
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
  private final ShopTable table;
  private final String look;
  private final String ownLook;

  public LookStore(Jdbi jdbi, ShopTable table) {
    this.jdbi = jdbi;
    this.table = table;
    String scanDue =
        table.sql(SCAN_DUE, Map.of("mark_bound", table.sql(table.bound(ScanStore.FROM_MARK, "-"))));
    String nextDue =
        table.unpaidConditions().stream()
            .map(one -> table.sql(NEXT_DUE_OF_ONE_STATUS, Map.of("one_status", one)))
            .collect(Collectors.joining(",\n             ", "least(", ")"));
    this.look = look(table, scanDue, nextDue);
    // Whether the shop has new orders is not known then: a scan has to find out.
    this.ownLook = look(table, "true", "CAST(NULL AS timestamptz)");
  }

  private static String look(ShopTable table, String scanDue, String nextDue) {
    return table.sql(
        LOOK, Map.of("bounds", Transactions.LONG_BOUNDS, "scan_due", scanDue, "next_due", nextDue));
  }

  /**
   * Is there anything to do, and when will there be?
   *
   * @param forNew whether to look for orders that are not entered yet: not while a scan is under
   *     way, which passes all that it has entered already
   * @param setAside orders that cannot be read, and so not entered
   */
  public Look look(boolean forNew, Collection<String> setAside) {
    return jdbi.inTransaction(
        (Handle handle) ->
            handle
                .createQuery(look)
                .bind("for_new", forNew)
                .bind("set_aside", setAside.toArray(String[]::new))
                .execute(this::lookAfterBounds));
  }

  /** The same without the shop's rows, where one of them cannot be read. */
  public Look lookAtOwn() {
    return jdbi.inTransaction(
        (Handle handle) -> handle.createQuery(ownLook).execute(this::lookAfterBounds));
  }

  private Look lookAfterBounds(Supplier<PreparedStatement> executed, StatementContext ctx)
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

  private Look look(ResultSet row) throws SQLException {
    return new Look(
        Columns.instant(row, "now").orElseThrow(),
        row.getBoolean("scan_due"),
        Columns.instant(row, "claimable_at"),
        Columns.instant(row, "next_due_at"),
        Columns.instant(row, "probe_at"),
        Columns.texts(row, "paused"),
        !table.isOfTypes(Columns.text(row, "column_types").orElse("")));
  }
}
