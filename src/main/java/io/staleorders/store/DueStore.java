package io.staleorders.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;

/**
 * Reads where the shop's due orders stand, and enters nothing: for a dry run, and for a scan that
 * meets a row which cannot be read.
 */
public final class DueStore {
  private static final String PAGE =
      """
      SELECT <page_key_sent> AS key, created_at::text AS created_at
      FROM (<rows_of_each_status>) AS due
      ORDER BY due.created_at, due.key
      LIMIT :batch
      """;

  /** Nothing but status and key is read of a row. */
  private static final String KEYS =
      """
      SELECT <key_sent>
      FROM <orders> o
      WHERE <is_unpaid> AND <key> IS NOT NULL AND <beginning>
      ORDER BY <key>
      LIMIT :batch
      """;

  private final Jdbi jdbi;
  private final int batch;
  private final String first;
  private final String fromMark;
  private final String next;
  private final String firstKeys;
  private final String nextKeys;

  /**
   * @param batch most rows of the shop's table that a page reads
   */
  public DueStore(Jdbi jdbi, ShopTable table, int batch) {
    this.jdbi = jdbi;
    this.batch = batch;
    this.first = page(table, "true");
    this.fromMark = page(table, ScanStore.sinceMark(table));
    this.next = page(table, ScanStore.AFTER_CURSOR);
    this.firstKeys = table.sql(KEYS, Map.of("beginning", "true"));
    this.nextKeys = table.sql(KEYS, Map.of("beginning", table.sql("<key> > <after_key>")));
  }

  private static String page(ShopTable table, String beginning) {
    return table.sql(
        PAGE, Map.of("rows_of_each_status", ScanStore.rowsOfEachStatus(table, beginning)));
  }

  /** The oldest due orders after {@code cursor}, or from the beginning; empty at the end. */
  public List<Page.Cursor> page(Optional<Page.Cursor> cursor) {
    return page(cursor.isPresent() ? next : first, cursor);
  }

  /** The oldest due orders that a scan from the mark reads. */
  public List<Page.Cursor> pageFromMark() {
    return page(fromMark, Optional.empty());
  }

  /**
   * Keys of unpaid orders, due or not, in key order.
   *
   * @param after the key before the first
   */
  public List<String> keys(Optional<String> after) {
    return Transactions.longOne(
        jdbi,
        handle -> {
          Query query =
              handle.createQuery(after.isPresent() ? nextKeys : firstKeys).bind("batch", batch);
          after.ifPresent(key -> query.bind("after_key", key));
          return query.mapTo(String.class).list();
        });
  }

  /** Most orders of a page. */
  public int batch() {
    return batch;
  }

  private List<Page.Cursor> page(String sql, Optional<Page.Cursor> cursor) {
    return Transactions.longOne(
        jdbi,
        handle -> {
          Query query = handle.createQuery(sql).bind("batch", batch);
          cursor.ifPresent(
              c -> query.bind("after_created_at", c.createdAt()).bind("after_key", c.outTradeNo()));
          return query
              .map((row, ctx) -> new Page.Cursor(row.getString("created_at"), row.getString("key")))
              .collect(Collectors.toList());
        });
  }
}
