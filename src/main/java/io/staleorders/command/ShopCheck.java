package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Durations;
import io.staleorders.config.Settings;
import io.staleorders.store.Databases;
import io.staleorders.store.IndexStore;
import io.staleorders.store.OrderRows;
import io.staleorders.store.OrdersMapping;
import io.staleorders.store.SchemaRights;
import io.staleorders.store.ShopTable;
import io.staleorders.store.ShopTableReader;
import io.staleorders.store.Surroundings;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jdbi.v3.core.Jdbi;

/** The part of {@code check} about the shop's table, its rows and our schema. */
final class ShopCheck {
  private static final String GRANT = ": GRANT ";

  private final Settings settings;
  private final HikariDataSource pool;
  private final Jdbi jdbi;
  private final OrdersMapping mapping;
  private final CheckList list;
  private final List<String> grants = new ArrayList<>();

  ShopCheck(Settings settings, HikariDataSource pool, CheckList list) {
    this.settings = settings;
    this.pool = pool;
    this.jdbi = Databases.jdbi(pool);
    this.mapping = Mapping.of(settings);
    this.list = list;
  }

  /**
   * Adds its lines.
   *
   * @return whether our schema is there and open to this role
   */
  boolean run() {
    switch (ShopTableReader.read(jdbi, mapping)) {
      case ShopTableReader.Outcome.Unusable unusable ->
          unusable.problems().forEach(problem -> wrong("orders table", problem));
      case ShopTableReader.Outcome.Usable usable -> {
        list.ok(
            "orders table",
            settings.orders().table() + ": columns, types, rights and statements are as needed");
        usable.warnings().forEach(warning -> list.warning("orders table", warning));
        rows(OrderRows.see(jdbi, usable.table(), mapping));
        indexes(usable.table());
        Surroundings.warnings(jdbi, usable.table())
            .forEach(warning -> list.warning(warning.what(), warning.text()));
      }
    }
    boolean schemaIsThere = schema();
    if (grants.size() > 1) {
      list.wrong("rights", "all of them at once, as the owner:", grants.toArray(String[]::new));
    }
    return schemaIsThere;
  }

  private void wrong(String what, String problem) {
    list.wrong(what, problem);
    boolean onlyRightIsMissing =
        problem.startsWith("no right to ") || problem.startsWith("schema order_closer ");
    int grant = problem.indexOf(GRANT);
    if (onlyRightIsMissing && grant >= 0) {
      grants.add(problem.substring(grant + 2));
    }
  }

  private void rows(OrderRows.Seen seen) {
    seen.unanswered().forEach(why -> list.warning("orders", why));
    boolean noneIsUnpaid = seen.unpaid().equals(OptionalLong.of(0));
    if (noneIsUnpaid) {
      list.warning(
          "orders",
          "no row has a status of ORDERS_UNPAID_STATUS ("
              + String.join(", ", mapping.unpaidStatuses())
              + ")");
    } else if (seen.unpaid().isPresent()) {
      list.ok(
          "orders",
          counted(seen.unpaid())
              + " unpaid, "
              + counted(seen.due())
              + " of them due after "
              + Durations.text(settings.close().delay())
              + seen.ages().map(ages -> "; " + ages).orElse(""));
    }
    if (!seen.unknownStatuses().isEmpty()) {
      list.warning(
          "statuses",
          "the settings name none of these, so such rows are left alone: "
              + String.join(", ", seen.unknownStatuses())
              + "; one that means unpaid belongs into ORDERS_UNPAID_STATUS");
    }
    seen.malformed().forEach(text -> list.warning("orders", text));
  }

  private static String counted(OptionalLong number) {
    if (number.isEmpty()) {
      return "an unknown number";
    }
    return number.getAsLong() > OrderRows.MOST_COUNTED
        ? "more than " + OrderRows.MOST_COUNTED
        : Long.toString(number.getAsLong());
  }

  private void indexes(ShopTable table) {
    List<IndexStore.Missing> missing = new IndexStore(jdbi, table, mapping).missing();
    if (missing.isEmpty()) {
      list.ok("indexes", "due orders and order numbers are found by index");
    }
    missing.forEach(
        one ->
            list.warning(
                "indexes",
                "no index supports "
                    + one.purpose()
                    + one.hint()
                    + (one.statements().isEmpty() ? "" : "; on a large table, run:"),
                one.statements().toArray(String[]::new)));
  }

  private boolean schema() {
    List<String> noRight = SchemaRights.missing(jdbi);
    if (!noRight.isEmpty()) {
      noRight.forEach(problem -> wrong("schema", problem));
      return false;
    }
    List<String> problems = Pools.schema(pool, false);
    if (problems.isEmpty()) {
      list.ok("schema", "order_closer is up to date");
    } else if (!settings.service().migrateOnStart()) {
      problems.forEach(problem -> wrong("schema", problem));
    } else {
      List<String> obstacles = SchemaRights.missingToMigrate(jdbi);
      obstacles.forEach(obstacle -> list.wrong("schema", obstacle));
      if (obstacles.isEmpty()) {
        list.warning(
            "schema", "order_closer is not up to date; the next start brings it up to date");
      }
    }
    return problems.isEmpty();
  }
}
