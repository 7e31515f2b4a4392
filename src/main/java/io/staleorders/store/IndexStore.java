package io.staleorders.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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
    if (!isServed(scan, "<")) {
      missing.add(
          new Missing(
              "finding due orders",
              mend(
                  mapping.createdAtColumn(),
                  " WHERE " + table.sql("<is_unpaid>").replace("o.", ""))));
    }
    String byNumber =
        table.sql("SELECT 1 FROM <orders> o WHERE <key> = ANY (ARRAY['1', '2']::<key_type>[])");
    if (!isServed(byNumber, "= ANY")) {
      missing.add(
          new Missing("finding an order by its number", mend(mapping.outTradeNoColumn(), "")));
    }
    return missing;
  }

  private String mend(String column, String condition) {
    String orders = table.sql("<orders>");
    String name = SqlText.identifier(column);
    return isView()
        ? String.format(
            Locale.ROOT,
            "-- %s is a view: CREATE INDEX on what %s is in the table behind it",
            orders,
            name)
        : String.format(
            Locale.ROOT, "CREATE INDEX CONCURRENTLY ON %s (%s)%s", orders, name, condition);
  }

  private boolean isView() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT relkind = 'v' FROM pg_catalog.pg_class WHERE oid = to_regclass(:name)")
                .bind("name", table.sql("<orders>"))
                .mapTo(Boolean.class)
                .one());
  }

  /**
   * Whether a plan that avoids reading all of a table looks for this comparison in an index. By its
   * operator, which only the wanted condition has: behind a view columns have other names.
   */
  private boolean isServed(String sql, String operator) {
    String plan =
        Transactions.shortOne(
            jdbi,
            handle -> {
              handle.execute("SET LOCAL enable_seqscan = off");
              return handle.createQuery("EXPLAIN (FORMAT JSON) " + sql).mapTo(String.class).one();
            });
    return Json.tree(plan).findValuesAsText("Index Cond").stream()
        .anyMatch(condition -> condition.contains(operator));
  }
}
