package io.staleorders.store;

import com.fasterxml.jackson.core.type.TypeReference;
import io.staleorders.order.MerchantId;
import io.staleorders.store.Page.Cursor;
import io.staleorders.store.Page.MalformedOrder;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;

/** Enters due orders of the shop's table into ours, page by page, oldest first. */
public final class ScanStore {
  /**
   * Where a scan that follows another begins: before the mark, for rows committed late. A mark
   * ahead of what can be due is left from before the database's clock was set back.
   */
  static final String FROM_MARK =
      "(SELECT least(mark, <now> - <delay>) - interval '10 minutes' FROM order_closer.scan)";

  private static final String PAGE =
      """
      WITH page AS MATERIALIZED (
          SELECT *,
                 key_text ~ '^[0-9A-Za-z_|*-]{6,32}$' AND sub_mchid ~ '^[0-9]{1,32}$' AS well_formed
          FROM (<rows_of_each_status>) AS due
          ORDER BY created_at, key
          LIMIT :batch
      ),
      entered AS (
          INSERT INTO order_closer.order_close
              (out_trade_no, sp_mchid, sub_mchid, order_created_at,
               state, next_attempt_at, reason, resolved_at)
          SELECT DISTINCT ON (key_text)
                 key_text, :sp_mchid, left(sub_mchid, 100), greatest(created_instant, 'epoch'),
                 CASE WHEN well_formed THEN 'DUE' ELSE 'ABANDONED' END,
                 CASE WHEN well_formed THEN greatest(created_instant, 'epoch') + <delay> END,
                 CASE WHEN NOT well_formed THEN 'MALFORMED' END,
                 CASE WHEN NOT well_formed THEN <now> END
          FROM page
          ORDER BY key_text, created_instant
          ON CONFLICT (out_trade_no) DO NOTHING
          RETURNING out_trade_no, sub_mchid, order_created_at, state
      ),
      malformed AS (
          SELECT out_trade_no, sub_mchid,
                 extract(epoch FROM <now> - order_created_at)::bigint AS age_seconds,
                 pg_notify('order_closer',
                           json_build_object('out_trade_no', out_trade_no, 'state', state)::text) AS told
          FROM entered
          WHERE state = 'ABANDONED'
      ),
      again_unpaid AS (
          SELECT c.out_trade_no
          FROM page
          JOIN order_closer.order_close c ON c.out_trade_no = page.key_text
          WHERE c.state = ANY (:reopened_states)
             OR c.state = 'ABANDONED' AND c.reason = 'MALFORMED' AND page.well_formed
      )
      SELECT (SELECT count(*) FROM page) AS read,
             (SELECT count(*) FROM entered WHERE state = 'DUE') AS entered,
             (SELECT json_agg(json_build_object(
                         'outTradeNo', out_trade_no, 'subMchid', sub_mchid, 'ageSeconds', age_seconds))
              FROM malformed) AS malformed,
             (SELECT json_agg(out_trade_no) FROM again_unpaid) AS again_unpaid,
             last.created_at::text AS last_created_at,
             <page_key_sent> AS last_key
      FROM (VALUES (1)) AS one
      LEFT JOIN (SELECT created_at, key FROM page ORDER BY created_at DESC, key DESC LIMIT 1) AS last
          ON true
      """;

  /**
   * The due ones of given rows. OFFSET 0: nothing else of the shop's is read, so that a row that
   * cannot be read fails this statement only where its own key is given.
   */
  private static final String ROWS_OF_KEYS =
      """
      (SELECT key, key_text, sub_mchid, created_at, created_instant
                FROM (SELECT <key> AS key, <key_text> AS key_text, <sub_mchid> AS sub_mchid,
                             <created_at> AS created_at, <created_instant> AS created_instant,
                             <is_ours> AS is_ours
                      FROM <orders> o
                      WHERE <key_in_wanted> AND (<is_unpaid>) IS TRUE
                      OFFSET 0) AS mine
                WHERE is_ours
                  AND created_at <= <due_upper_bound>
                  AND created_instant <= <now> - <delay>)\
      """;

  private static final String ROWS_OF_ONE_STATUS =
      """
      (SELECT <key> AS key, <key_text> AS key_text, <sub_mchid> AS sub_mchid,
                       <created_at> AS created_at, <created_instant> AS created_instant
                FROM <orders> o
                WHERE <one_status> AND <is_ours>
                  AND <created_at> <= <due_upper_bound>
                  AND <created_instant> <= <now> - <delay>
                  AND <beginning>
                  AND <key> IS NOT NULL
                ORDER BY <created_at>, <key>
                LIMIT :batch)\
      """;

  static final String AFTER_CURSOR =
      "(<created_at>, <key>) > (CAST(:after_created_at AS <created_at_type>), <after_key>)";

  private static final String MOVE_MARK =
      """
      UPDATE order_closer.scan
      SET mark = least(greatest(mark, CAST(:seen_until AS timestamptz) - <delay>), <now> - <delay>)
      RETURNING mark
      """;

  private static final String LOCK_RESOLVED =
      """
      SELECT out_trade_no
      FROM order_closer.order_close
      WHERE out_trade_no = ANY (:out_trade_nos)
        AND (state = ANY (:reopened_states) OR state = 'ABANDONED' AND reason = 'MALFORMED')
        AND claim_id IS NULL
      ORDER BY out_trade_no
      FOR UPDATE SKIP LOCKED
      """;

  private static final String REOPEN =
      """
      UPDATE order_closer.order_close c
      SET state = 'DUE', attempts = 0, answered = 0, absences = 0, rate_refusals = 0,
          first_attempt_at = NULL, next_attempt_at = <now>, resolved_at = NULL, reason = NULL,
          trade_state = NULL, transaction_id = NULL, paid_at = NULL,
          code = NULL, message = NULL, request_id = NULL,
          row_closed = false, row_refused_at = NULL
      FROM (SELECT <key> AS key, <created_instant> AS made_at, <is_ours> AS is_ours
            FROM <orders> o
            WHERE <key_in_wanted> AND (<is_unpaid>) IS TRUE
            OFFSET 0) AS mine
      WHERE c.out_trade_no = ANY (:out_trade_nos)
        AND <mine_is_c>
        AND mine.is_ours
        AND mine.made_at <= <now> - <delay>
      """;

  private final Jdbi jdbi;
  private final MerchantId spMchid;
  private final int batch;
  private final String[] reopenedStates;
  private final String pageFromMark;
  private final String pageFromStart;
  private final String pageAfterCursor;
  private final String pageOfKeys;
  private final String moveMark;
  private final String reopen;

  /**
   * @param spMchid in whose name the orders are closed
   * @param reopensNotFound whether an order not found is due again when its row is unpaid again;
   *     not where such a row is left unpaid anyway
   * @param batch most rows of the shop's table that a page reads
   */
  public ScanStore(
      Jdbi jdbi, ShopTable table, MerchantId spMchid, boolean reopensNotFound, int batch) {
    this.jdbi = jdbi;
    this.spMchid = spMchid;
    this.batch = batch;
    this.reopenedStates =
        reopensNotFound
            ? new String[] {"CLOSED", "SUPERSEDED", "NOT_FOUND"}
            : new String[] {"CLOSED", "SUPERSEDED"};
    this.pageFromMark = page(table, sinceMark(table));
    this.pageFromStart = page(table, "true");
    this.pageAfterCursor = page(table, AFTER_CURSOR);
    this.pageOfKeys = table.sql(PAGE, Map.of("rows_of_each_status", table.sql(ROWS_OF_KEYS)));
    this.moveMark = table.sql(MOVE_MARK);
    this.reopen = table.sql(REOPEN);
  }

  static String sinceMark(ShopTable table) {
    return "<created_at> >= " + table.bound(FROM_MARK, "-");
  }

  private static String page(ShopTable table, String beginning) {
    return table.sql(PAGE, Map.of("rows_of_each_status", rowsOfEachStatus(table, beginning)));
  }

  /** Due rows, one SELECT a status, so that an index over status and time serves each. */
  static String rowsOfEachStatus(ShopTable table, String beginning) {
    return table.unpaidConditions().stream()
        .map(
            one ->
                table.sql(
                    ROWS_OF_ONE_STATUS,
                    Map.of("one_status", one, "beginning", table.sql(beginning))))
        .collect(Collectors.joining("\n                UNION ALL\n                "));
  }

  /** Enters the orders that fell due since the last scan: its first page. */
  public Page firstPageFromMark() {
    return Transactions.longOne(jdbi, handle -> read(handle.createQuery(pageFromMark)));
  }

  /** Enters all due orders of the shop, however old: its first page. */
  public Page firstPageOfAll() {
    return Transactions.longOne(jdbi, handle -> read(handle.createQuery(pageFromStart)));
  }

  /** The page that follows. */
  public Page pageAfter(Cursor cursor) {
    return Transactions.longOne(
        jdbi,
        handle ->
            read(
                handle
                    .createQuery(pageAfterCursor)
                    .bind("after_created_at", cursor.createdAt())
                    .bind("after_key", cursor.outTradeNo())));
  }

  /** Enters those of the given rows that are due. */
  public Page pageOf(List<String> keys) {
    return Transactions.longOne(
        jdbi,
        handle ->
            read(
                handle.createQuery(pageOfKeys).bind("out_trade_nos", keys.toArray(String[]::new))));
  }

  /**
   * Remembers that a scan has come to its end. A mark ahead of time, left from before the
   * database's clock was set back, is taken back.
   *
   * @param begunAt when it began, by the database's clock
   * @return the mark: orders made until then have been seen
   */
  public Instant moveMark(Instant begunAt) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(moveMark)
                .bind("seen_until", begunAt.toString())
                .map((row, ctx) -> Columns.instant(row, "mark").orElseThrow())
                .one());
  }

  /**
   * Makes resolved orders due again whose row is unpaid again. Our row is locked before the shop's
   * row is read once more, so that a result recorded meanwhile is seen.
   *
   * @return how many are due again
   */
  public int reopen(List<String> outTradeNos) {
    if (outTradeNos.isEmpty()) {
      return 0;
    }
    return Transactions.shortOne(
        jdbi,
        handle -> {
          List<String> locked =
              handle
                  .createQuery(LOCK_RESOLVED)
                  .bind("out_trade_nos", outTradeNos.toArray(String[]::new))
                  .bind("reopened_states", reopenedStates)
                  .mapTo(String.class)
                  .list();
          return handle
              .createUpdate(reopen)
              .bind("out_trade_nos", locked.toArray(String[]::new))
              .execute();
        });
  }

  private Page read(Query query) {
    return query
        .bind("sp_mchid", spMchid.value())
        .bind("batch", batch)
        .bind("reopened_states", reopenedStates)
        .map((row, ctx) -> page(row))
        .one();
  }

  private Page page(ResultSet row) throws SQLException {
    boolean full = row.getInt("read") == batch;
    return new Page(
        row.getInt("entered"),
        Json.read(
            Columns.text(row, "malformed").orElse("[]"),
            new TypeReference<List<MalformedOrder>>() {}),
        Json.read(
            Columns.text(row, "again_unpaid").orElse("[]"), new TypeReference<List<String>>() {}),
        full
            ? Optional.of(new Cursor(row.getString("last_created_at"), row.getString("last_key")))
            : Optional.empty());
  }
}
