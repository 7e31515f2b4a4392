package io.staleorders.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;

/** Whether columns and the values that the settings give for them go together. */
final class ColumnChecks {
  private static final String CHECKS_OF_COLUMN =
      """
      SELECT c.conname || ' CHECK (' || pg_catalog.pg_get_expr(c.conbin, c.conrelid) || ')' AS name,
             pg_catalog.pg_get_expr(c.conbin, c.conrelid) AS condition
      FROM pg_catalog.pg_constraint c
      WHERE c.conrelid = CAST(:table AS oid) AND c.contype = 'c'
        AND c.conkey = ARRAY[CAST(:column AS smallint)]
      """;

  private final Handle handle;
  private final OrdersMapping mapping;
  private final String tableSql;
  private final long table;

  ColumnChecks(Handle handle, OrdersMapping mapping, String tableSql, long table) {
    this.handle = handle;
    this.mapping = mapping;
    this.tableSql = tableSql;
    this.table = table;
  }

  /** A value that the service writes, and the setting that has it. */
  private record Written(String setting, String value) {}

  List<String> time(ShopColumn column) {
    if (!column.is("timestamptz") && !column.is("timestamp")) {
      return List.of(
          "column "
              + SqlText.identifier(column.name())
              + " of "
              + tableSql
              + " is of type "
              + column.declared()
              + "; it must be timestamptz, or timestamp read in ORDERS_TIME_ZONE"
              + new TimeView(handle, mapping, tableSql).suggestion(column).orElse(""));
    }
    boolean known =
        handle
            .createQuery(
                "SELECT EXISTS (SELECT FROM pg_catalog.pg_timezone_names WHERE name = :zone)")
            .bind("zone", mapping.timeZone().getId())
            .mapTo(Boolean.class)
            .one();
    return column.is("timestamp") && !known
        ? List.of(
            "ORDERS_TIME_ZONE="
                + mapping.timeZone().getId()
                + ": PostgreSQL does not know this time zone; names are in pg_timezone_names")
        : List.of();
  }

  List<String> statuses(ShopColumn column) {
    String name = "column " + SqlText.identifier(column.name()) + " of " + tableSql;
    if (!column.mayBeStatus()) {
      return List.of(
          name
              + " is of type "
              + column.declared()
              + beneath(column)
              + "; a status may be text, an enum or an integer, or a domain over one of them");
    }
    if (column.isGenerated()) {
      return List.of(
          name + " is a generated column: nothing can write it; map the one it is made of");
    }
    List<String> problems = new ArrayList<>();
    mapping
        .unpaidStatuses()
        .forEach(s -> notOfType("ORDERS_UNPAID_STATUS", s, column).ifPresent(problems::add));
    written().forEach(w -> notOfType(w.setting(), w.value(), column).ifPresent(problems::add));
    if (problems.isEmpty()) {
      written().forEach(w -> problems.addAll(unwritable(w, column)));
      problems.addAll(equal(column));
    }
    return problems;
  }

  private static String beneath(ShopColumn column) {
    return column.isDomain() ? ", a domain over " + column.typeName() : "";
  }

  private List<Written> written() {
    List<Written> written = new ArrayList<>();
    written.add(new Written("ORDERS_CLOSED_STATUS", mapping.closedStatus()));
    mapping.paidStatus().ifPresent(paid -> written.add(new Written("ORDERS_PAID_STATUS", paid)));
    return written;
  }

  List<String> filterValues(ShopColumn column) {
    List<String> problems = new ArrayList<>();
    mapping
        .filter()
        .ifPresent(
            f ->
                f.values()
                    .forEach(
                        v ->
                            notOfType("ORDERS_FILTER_VALUES", v, column).ifPresent(problems::add)));
    return problems;
  }

  /** Numbers are compared and sorted by bare operators. */
  List<String> keyWarnings(ShopColumn column) {
    boolean visible =
        !column.hasOperatorsElsewhere()
            || handle
                .createQuery("SELECT :schema = ANY (pg_catalog.current_schemas(true)::text[])")
                .bind("schema", column.equalitySchema())
                .mapTo(Boolean.class)
                .one();
    return visible
        ? List.of()
        : List.of(
            "column "
                + SqlText.identifier(column.name())
                + " is of type "
                + column.declared()
                + ", whose operators are in schema "
                + column.equalitySchema()
                + ", which is not in this role's search_path: order numbers are compared as text, without the column's index; add the schema by ALTER ROLE … SET search_path");
  }

  /** Asked of PostgreSQL itself. */
  private Optional<String> notOfType(String setting, String value, ShopColumn column) {
    return refused("SELECT CAST(? AS pg_catalog.text)::" + column.sql(), value)
        .map(
            refusal ->
                setting
                    + "="
                    + value
                    + " is no value of type "
                    + column.sql()
                    + (column.isEnum() ? "; its values are: " + labels(column) : ""));
  }

  /** What the column's declaration says against a value, whatever row it is in. */
  private List<String> unwritable(Written written, ShopColumn column) {
    String is = written.setting() + "=" + written.value();
    String name = " column " + SqlText.identifier(column.name()) + " of " + tableSql;
    if (column.length() > 0 && written.value().stripTrailing().length() > column.length()) {
      return List.of(is + " is too long for" + name + ", of type " + column.declared());
    }
    String value = "CAST(? AS pg_catalog.text)::" + column.sql();
    if (column.isDomain()) {
      Optional<Refusal> refusal =
          refused("SELECT (" + value + ")::" + column.declared(), written.value());
      if (refusal.isPresent()) {
        return List.of(is + " is refused by" + name + ": " + refusal.get().reason());
      }
    }
    return handle
        .createQuery(CHECKS_OF_COLUMN)
        .bind("table", table)
        .bind("column", column.number())
        .map((row, ctx) -> new Constraint(row.getString("name"), row.getString("condition")))
        .stream()
        .filter(constraint -> !allows(constraint, value, written.value(), column))
        .map(constraint -> is + " is refused by" + name + ": constraint " + constraint.name())
        .toList();
  }

  private record Constraint(String name, String condition) {}

  private boolean allows(Constraint constraint, String value, String text, ShopColumn column) {
    try {
      return handle
          .select(
              "SELECT coalesce(("
                  + constraint.condition()
                  + "), true) FROM (SELECT ("
                  + value
                  + ")::"
                  + column.declared()
                  + column.collation()
                  + " AS "
                  + SqlText.identifier(column.name())
                  + ") AS row",
              text)
          .mapTo(Boolean.class)
          .one();
    } catch (UnableToExecuteStatementException e) {
      // The trial on a row tells.
      Refusal.of(e, handle);
      return true;
    }
  }

  /** Texts that differ may be the same value: 5 and 05, or by the column's collation. */
  private List<String> equal(ShopColumn column) {
    List<String> problems = new ArrayList<>();
    for (Written written : written()) {
      for (String unpaid : mapping.unpaidStatuses()) {
        if (areEqual(written.value(), unpaid, column)) {
          problems.add(same(written, "ORDERS_UNPAID_STATUS", unpaid, column));
        }
      }
    }
    mapping
        .paidStatus()
        .filter(paid -> areEqual(paid, mapping.closedStatus(), column))
        .ifPresent(
            paid ->
                problems.add(
                    same(
                        new Written("ORDERS_PAID_STATUS", paid),
                        "ORDERS_CLOSED_STATUS",
                        mapping.closedStatus(),
                        column)));
    return problems;
  }

  private static String same(Written written, String setting, String value, ShopColumn column) {
    return written.setting()
        + "="
        + written.value()
        + " is the same value as "
        + setting
        + "="
        + value
        + " in a column of type "
        + column.declared();
  }

  private boolean areEqual(String one, String other, ShopColumn column) {
    String left = "(CAST(:one AS pg_catalog.text)::" + column.sql() + column.collation() + ")";
    String right = "CAST(:other AS pg_catalog.text)::" + column.sql();
    return handle
        .createQuery("SELECT " + left + " " + column.comparison().equality() + " " + right)
        .bind("one", one)
        .bind("other", other)
        .mapTo(Boolean.class)
        .one();
  }

  private String labels(ShopColumn column) {
    return String.join(
        ", ",
        handle
            .createQuery("SELECT unnest(enum_range(NULL::" + column.sql() + "))::text")
            .mapTo(String.class)
            .list());
  }

  private Optional<Refusal> refused(String sql, String value) {
    try {
      handle.execute(sql, value);
      return Optional.empty();
    } catch (UnableToExecuteStatementException e) {
      return Optional.of(Refusal.of(e, handle));
    }
  }
}
