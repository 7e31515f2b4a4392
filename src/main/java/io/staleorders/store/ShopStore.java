package io.staleorders.store;

import io.staleorders.order.MerchantId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.statement.Query;

/**
 * The shop's rows by order number: read, locked, and marked. Only rows still unpaid are written.
 */
public final class ShopStore {
  /** OFFSET 0: of rows that are not wanted nothing but the key is read, which may fail. */
  private static final String READ =
      """
      SELECT seen.*,
             CASE WHEN made_at IS NOT NULL
                  THEN least(greatest(made_at, 'epoch'), '9999-01-01') END AS created_at,
             coalesce(made_at <= <now> - <delay>, false) AS old_enough,
             <merchant_known> AS merchant_known
      FROM (SELECT wanted.out_trade_no,
                   count(*) FILTER (WHERE mine.is_unpaid) AS unpaid_rows,
                   count(DISTINCT mine.sub_mchid) AS sub_mchids,
                   coalesce(max(mine.sub_mchid) FILTER (WHERE mine.is_unpaid),
                            max(mine.sub_mchid)) AS sub_mchid,
                   coalesce(max(mine.made_at) FILTER (WHERE mine.is_unpaid),
                            max(mine.made_at)) AS made_at,
                   coalesce(bool_or(mine.is_closed), true) AS closed_or_gone
            FROM unnest(CAST(:out_trade_nos AS text[])) AS wanted (out_trade_no)
            LEFT JOIN (SELECT <key> AS key, <sub_mchid> AS sub_mchid, <exact_instant> AS made_at,
                              <is_unpaid> AS is_unpaid, <is_closed> AS is_closed, <is_ours> AS is_ours
                       FROM <orders> o
                       WHERE <key_in_wanted>
                       OFFSET 0) AS mine
              ON mine.is_ours AND <mine_is_wanted>
            GROUP BY wanted.out_trade_no) AS seen
      """;

  private static final String MERCHANT_KNOWN =
      """
      EXISTS (SELECT FROM order_closer.known_merchant k
                     WHERE k.sp_mchid = :sp_mchid AND k.sub_mchid = seen.sub_mchid)\
      """;

  /** Without our schema no merchant has been known. */
  private static final String NO_MERCHANT_KNOWN = "CAST(:sp_mchid AS text) IS NULL";

  /**
   * In key order, so that two copies never wait for each other in a circle. A plain guarded UPDATE
   * would not do: through a joined view with a trigger it overwrites a payment made meanwhile.
   *
   * <p>IS TRUE keeps the server from an index over the status: while many orders are unpaid it
   * would read all of them, to find the numbers that are wanted.
   */
  static final String LOCK_UNPAID =
      """
      SELECT <key_text>
      FROM <orders> o
      WHERE <key_in_wanted>
        AND (<is_unpaid>) IS TRUE AND <is_ours>
      ORDER BY <key>
      FOR UPDATE OF o SKIP LOCKED
      """;

  static final String MARK =
      """
      UPDATE <orders> AS o
      SET <status> = <new_status>
      WHERE <key_in_wanted>
        AND (<is_unpaid>) IS TRUE AND <is_ours>
      RETURNING <key_text>
      """;

  private static final String STATUS_IS =
      """
      SELECT <key_text>
      FROM <orders> o
      WHERE <key_in_wanted> AND (<the_status>) IS TRUE AND <is_ours>
      """;

  /** Fails at once where another transaction holds the row, and finds none that is hidden. */
  private static final String LOCK_OR_FAIL =
      """
      SELECT <key_text>
      FROM <orders> o
      WHERE <key_in_wanted> AND (<is_unpaid>) IS TRUE AND <is_ours>
      FOR UPDATE OF o NOWAIT
      """;

  private static final String LOCK_NOT_AVAILABLE = "55P03";

  private final Jdbi jdbi;
  private final MerchantId spMchid;
  private final boolean marksPaid;
  private final String read;
  private final String lockUnpaid;
  private final String lockOrFail;
  private final String isClosed;
  private final String isPaid;
  private final String markClosed;
  private final String markPaid;

  public ShopStore(Jdbi jdbi, ShopTable table, MerchantId spMchid) {
    this(jdbi, table, spMchid, MERCHANT_KNOWN);
  }

  /** For a dry run, which only reads and needs no schema of ours. */
  public static ShopStore forDryRun(Jdbi jdbi, ShopTable table, MerchantId spMchid) {
    boolean readable = DryRunStore.isReadable(jdbi, "known_merchant");
    return new ShopStore(jdbi, table, spMchid, readable ? MERCHANT_KNOWN : NO_MERCHANT_KNOWN);
  }

  private ShopStore(Jdbi jdbi, ShopTable table, MerchantId spMchid, String merchantKnown) {
    this.jdbi = jdbi;
    this.spMchid = spMchid;
    this.marksPaid = table.marksPaid();
    this.read = table.sql(READ, Map.of("merchant_known", merchantKnown));
    this.lockUnpaid = table.sql(LOCK_UNPAID);
    this.lockOrFail = table.sql(LOCK_OR_FAIL);
    this.isClosed = table.sql(STATUS_IS, Map.of("the_status", table.sql("<is_closed>")));
    this.isPaid = table.sql(STATUS_IS, Map.of("the_status", table.sql("<is_paid>")));
    this.markClosed = table.sql(MARK, Map.of("new_status", table.sql("<closed_status>")));
    this.markPaid = table.sql(MARK, Map.of("new_status", table.sql("<paid_status>")));
  }

  /** What the shop says of each of these numbers now; every number asked for is in the answer. */
  public Map<String, ShopOrder> read(Collection<String> outTradeNos) {
    return Transactions.longOne(jdbi, handle -> read(handle, outTradeNos));
  }

  Map<String, ShopOrder> read(Handle handle, Collection<String> outTradeNos) {
    return handle
        .createQuery(read)
        .bind("out_trade_nos", outTradeNos.toArray(String[]::new))
        .bind("sp_mchid", spMchid.value())
        .map(
            (row, ctx) ->
                new ShopOrder(
                    row.getString("out_trade_no"),
                    row.getInt("unpaid_rows"),
                    row.getInt("sub_mchids"),
                    Columns.text(row, "sub_mchid"),
                    Columns.instant(row, "created_at"),
                    row.getBoolean("old_enough"),
                    row.getBoolean("closed_or_gone"),
                    row.getBoolean("merchant_known")))
        .stream()
        .collect(Collectors.toMap(ShopOrder::outTradeNo, Function.identity()));
  }

  /** Reads no row: fails only where the table as a whole, or the database, is at fault. */
  public void probe() {
    read(List.of());
  }

  /** Whether the shop wants paid orders marked ({@code ORDERS_PAID_STATUS}). */
  boolean marksPaid() {
    return marksPaid;
  }

  /**
   * Locks the rows that are still unpaid and that nobody else holds.
   *
   * @return a number for each row got
   */
  List<String> lockUnpaid(Handle handle, Collection<String> outTradeNos) {
    return numbers(handle.createQuery(lockUnpaid), outTradeNos);
  }

  /**
   * Gives locked rows the closed status.
   *
   * @return a number for each row written
   */
  List<String> markClosed(Handle handle, Collection<String> outTradeNos) {
    return numbers(handle.createQuery(markClosed), outTradeNos);
  }

  /**
   * Gives locked rows the paid status.
   *
   * @return a number for each row written
   */
  List<String> markPaid(Handle handle, Collection<String> outTradeNos) {
    return numbers(handle.createQuery(markPaid), outTradeNos);
  }

  /** Whether an unpaid row is held by the shop, or never to be had. */
  public enum Hold {
    /** Another transaction holds it. */
    HELD,
    /** Nobody holds it. */
    FREE,
    /** There is none, or a policy of the shop's hides it from locking. */
    HIDDEN
  }

  /** Why a row that is unpaid was not locked. */
  public Hold hold(String outTradeNo) {
    try {
      List<String> got =
          Transactions.shortOne(
              jdbi, handle -> numbers(handle.createQuery(lockOrFail), List.of(outTradeNo)));
      return got.isEmpty() ? Hold.HIDDEN : Hold.FREE;
    } catch (JdbiException e) {
      if (DatabaseFailure.of(e).sqlState().equals(LOCK_NOT_AVAILABLE)) {
        return Hold.HELD;
      }
      throw e;
    }
  }

  /** What the shop put off to the commit happens now: it may change the row, or refuse it. */
  void fireDeferredTriggers(Handle handle) {
    handle.execute("SET CONSTRAINTS ALL IMMEDIATE");
  }

  /** Which of these rows have the closed status. */
  List<String> closed(Handle handle, Collection<String> outTradeNos) {
    return numbers(handle.createQuery(isClosed), outTradeNos);
  }

  /** Which of these rows have the paid status. */
  List<String> paid(Handle handle, Collection<String> outTradeNos) {
    return numbers(handle.createQuery(isPaid), outTradeNos);
  }

  private static List<String> numbers(Query query, Collection<String> outTradeNos) {
    return outTradeNos.isEmpty()
        ? List.of()
        : query
            .bind("out_trade_nos", outTradeNos.toArray(String[]::new))
            .mapTo(String.class)
            .list();
  }
}
