package io.staleorders.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;

/** Reads the shop's due orders and enters nothing: for a dry run. */
public final class DueStore {
  private static final String PAGE =
      """
      SELECT key::text AS key, created_at::text AS created_at
      FROM (<rows_of_each_status>) AS due
      ORDER BY due.created_at, due.key
      LIMIT :batch
      """;

  private final Jdbi jdbi;
  private final int batch;
  private final String first;
  private final String next;

  /**
   * @param batch most rows of the shop's table that a page reads
   */
  public DueStore(Jdbi jdbi, ShopTable table, int batch) {
    this.jdbi = jdbi;
    this.batch = batch;
    this.first = page(table, "true");
    this.next = page(table, ScanStore.AFTER_CURSOR);
  }

  private static String page(ShopTable table, String beginning) {
    return table.sql(
        PAGE, Map.of("rows_of_each_status", ScanStore.rowsOfEachStatus(table, beginning)));
  }

  /** The oldest due orders after {@code cursor}, or from the beginning; empty at the end. */
  public List<Page.Cursor> page(Optional<Page.Cursor> cursor) {
    return Transactions.longOne(
        jdbi,
        handle -> {
          Query query = handle.createQuery(cursor.isPresent() ? next : first).bind("batch", batch);
          cursor.ifPresent(
              c -> query.bind("after_created_at", c.createdAt()).bind("after_key", c.outTradeNo()));
          return query
              .map((row, ctx) -> new Page.Cursor(row.getString("created_at"), row.getString("key")))
              .collect(Collectors.toList());
        });
  }
}
