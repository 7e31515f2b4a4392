package io.staleorders.store;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;

/** A view that gives a table whose time is of another type a column as it has to be. */
final class TimeView {
  /** Greater numbers are milliseconds since 1970: as seconds they would be after the year 5000. */
  private static final long GREATEST_SECONDS = 100_000_000_000L;

  private final Handle handle;
  private final OrdersMapping mapping;
  private final String tableSql;

  TimeView(Handle handle, OrdersMapping mapping, String tableSql) {
    this.handle = handle;
    this.mapping = mapping;
    this.tableSql = tableSql;
  }

  /** The statement, and the setting that goes with it; empty where no time can be made of it. */
  Optional<String> suggestion(ShopColumn column) {
    return instant(column)
        .map(instant -> "; make a view and set ORDERS_TABLE to it: " + view(instant));
  }

  private String view(String instant) {
    Set<String> others = new LinkedHashSet<>();
    others.add(mapping.outTradeNoColumn());
    mapping.subMchidColumn().ifPresent(others::add);
    others.add(mapping.statusColumn());
    mapping.filter().ifPresent(filter -> others.add(filter.column()));
    return "CREATE VIEW "
        + mapping.schema().map(schema -> SqlText.identifier(schema) + ".").orElse("")
        + SqlText.identifier(mapping.table() + "_to_close")
        + " AS SELECT "
        + others.stream().map(SqlText::identifier).collect(Collectors.joining(", "))
        + ", "
        + instant
        + " AS "
        + SqlText.identifier(mapping.createdAtColumn())
        + " FROM "
        + tableSql;
  }

  private Optional<String> instant(ShopColumn column) {
    String name = SqlText.identifier(column.name());
    String zone = SqlText.literal(mapping.timeZone().getId()).strip();
    return switch (column.typeName()) {
      case "int4" -> Optional.of("to_timestamp(" + name + ")");
      case "int8", "numeric", "float8" ->
          Optional.of("to_timestamp(" + name + (isInMilliseconds(name) ? " / 1000.0" : "") + ")");
      // The end of the day: an order must not look older than it is.
      case "date" -> Optional.of("(" + name + " + 1)::timestamp AT TIME ZONE " + zone);
      case "text", "varchar", "bpchar" ->
          Optional.of("nullif(btrim(" + name + "), '')::timestamp AT TIME ZONE " + zone);
      default -> Optional.empty();
    };
  }

  private boolean isInMilliseconds(String name) {
    try {
      return handle
          .createQuery(
              "SELECT coalesce(max(value) > "
                  + GREATEST_SECONDS
                  + ", false) FROM (SELECT "
                  + name
                  + " AS value FROM "
                  + tableSql
                  + " WHERE "
                  + name
                  + " IS NOT NULL LIMIT 1000) AS sample")
          .mapTo(Boolean.class)
          .one();
    } catch (JdbiException e) {
      Refusal.of(e, handle);
      return false;
    }
  }
}
