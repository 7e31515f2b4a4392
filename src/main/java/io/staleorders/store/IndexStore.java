package io.staleorders.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** Whether the shop's indexes serve our statements. */
public final class IndexStore {
  private final Jdbi jdbi;
  private final ShopTable table;
  private final OrdersMapping mapping;

  public IndexStore(Jdbi jdbi, ShopTable table, OrdersMapping mapping) {
    this.jdbi = jdbi;
    this.table = table;
    this.mapping = mapping;
  }

  /**
   * A statement that no index serves.
   *
   * @param purpose what the statement does
   * @param mend the index that would serve it, ready to paste
   */
  public record Missing(String purpose, String mend) {}

  /** The indexes that are missing; PostgreSQL is asked how it would run our statements. */
  public List<Missing> missing() {
    List<Missing> missing = new ArrayList<>();
    String scan =
        table.sql(
            "SELECT 1 FROM (<rows>) AS due LIMIT 1",
            Map.of("rows", ScanStore.rowsOfEachStatus(table, "true").replace(":batch", "1000")));
    if (!isServed(scan, mapping.createdAtColumn())) {
      missing.add(
          new Missing(
              "finding due orders",
              "CREATE INDEX CONCURRENTLY ON %s (%s) WHERE %s"
                  .formatted(
                      table.sql("<orders>"),
                      SqlText.identifier(mapping.createdAtColumn()),
                      table.sql("<is_unpaid>").replace("o.", ""))));
    }
    String byNumber =
        table.sql("SELECT 1 FROM <orders> o WHERE <key> = ANY (ARRAY['1', '2']::<key_type>[])");
    if (!isServed(byNumber, mapping.outTradeNoColumn())) {
      missing.add(
          new Missing(
              "finding an order by its number",
              "CREATE INDEX CONCURRENTLY ON %s (%s)"
                  .formatted(
                      table.sql("<orders>"), SqlText.identifier(mapping.outTradeNoColumn()))));
    }
    return missing;
  }

  /** Whether a plan that avoids reading all of a table has a condition on the column's index. */
  private boolean isServed(String sql, String column) {
    String plan =
        Transactions.shortOne(
            jdbi,
            handle -> {
              handle.execute("SET LOCAL enable_seqscan = off");
              return handle.createQuery("EXPLAIN (FORMAT JSON) " + sql).mapTo(String.class).one();
            });
    return Json.tree(plan).findValuesAsText("Index Cond").stream()
        .anyMatch(condition -> condition.contains(column));
  }
}
