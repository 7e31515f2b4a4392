package io.staleorders.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What around the shop's table bears on the service, for {@code check}. */
public final class Surroundings {
  private Surroundings() {}

  /**
   * Something worth a look.
   *
   * @param what in one word
   */
  public record Warning(String what, String text) {}

  /** All there is. */
  public static List<Warning> warnings(Jdbi jdbi, ShopTable table) {
    return jdbi.withHandle(
        handle -> {
          List<Warning> warnings = new ArrayList<>();
          publications(handle, warnings);
          encoding(handle, warnings);
          combinedOrders(handle, table, warnings);
          return List.copyOf(warnings);
        });
  }

  private static void publications(Handle handle, List<Warning> warnings) {
    List<String> all =
        handle
            .createQuery(
                "SELECT pubname FROM pg_catalog.pg_publication WHERE puballtables ORDER BY 1")
            .mapTo(String.class)
            .list();
    if (!all.isEmpty()) {
      warnings.add(
          new Warning(
              "replication",
              "publication "
                  + String.join(", ", all)
                  + " is FOR ALL TABLES: a subscriber without the tables of schema order_closer stops, the shop's replication with it; publish the shop's tables by name or schema, or make the tables there too (docs/INTEGRATION.md)"));
    }
  }

  private static void encoding(Handle handle, List<Warning> warnings) {
    String encoding =
        handle
            .createQuery("SELECT pg_catalog.current_setting('server_encoding')")
            .mapTo(String.class)
            .one();
    if (!encoding.equals("UTF8")) {
      warnings.add(
          new Warning(
              "encoding",
              "the database's encoding is "
                  + encoding
                  + ": what it cannot hold of WeChat Pay's messages is stored escaped"));
    }
  }

  /** The query for a single order says of a combined one that it does not exist. */
  private static void combinedOrders(Handle handle, ShopTable table, List<Warning> warnings) {
    List<String> columns =
        handle
            .createQuery(
                """
                SELECT attname
                FROM pg_catalog.pg_attribute
                WHERE attrelid = pg_catalog.to_regclass(:name) AND attnum > 0 AND NOT attisdropped
                ORDER BY attnum
                """)
            .bind("name", table.sql("<orders>"))
            .mapTo(String.class)
            .list()
            .stream()
            .filter(Surroundings::speaksOfCombinedOrders)
            .toList();
    if (!columns.isEmpty()) {
      warnings.add(
          new Warning(
              "combined payments",
              "column "
                  + String.join(", ", columns)
                  + " speaks of combined payments (合单): WeChat Pay answers for such an order that it does not exist, so it would be marked closed and can still be paid; keep such rows out by ORDERS_FILTER_COLUMN or a view"));
    }
  }

  private static boolean speaksOfCombinedOrders(String column) {
    String name = column.toLowerCase(Locale.ROOT);
    return name.contains("combin") || name.contains("合单") || name.contains("合并支付");
  }
}
