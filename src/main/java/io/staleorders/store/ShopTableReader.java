package io.staleorders.store;

import io.staleorders.store.ShopTable.ColumnTypes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** Looks whether the shop's table is as the settings say, before anything is done with it. */
public final class ShopTableReader {
  private final Handle handle;
  private final OrdersMapping mapping;
  private final List<String> problems = new ArrayList<>();

  /** What was found. */
  public sealed interface Outcome {
    /** All is there and usable. */
    record Usable(ShopTable table) implements Outcome {}

    /** Each problem says what is wrong and, where one would mend it, the statement. */
    record Unusable(List<String> problems) implements Outcome {}
  }

  private record Column(String typeSchema, String typeName, String kind, String domainBase) {
    String sql() {
      return SqlText.identifier(typeSchema) + "." + SqlText.identifier(typeName);
    }
  }

  private ShopTableReader(Handle handle, OrdersMapping mapping) {
    this.handle = handle;
    this.mapping = mapping;
  }

  /** Reads the catalogue and tries the statements' rights; changes nothing. */
  public static Outcome read(Jdbi jdbi, OrdersMapping mapping) {
    return jdbi.withHandle(handle -> new ShopTableReader(handle, mapping).read());
  }

  private Outcome read() {
    Optional<Long> table = tableOid();
    if (table.isEmpty()) {
      problems.add(
          String.format(
              Locale.ROOT,
              "table %s does not exist, or its schema is not open to this role; set ORDERS_TABLE, or: GRANT USAGE ON SCHEMA %s TO %s",
              tableSql(),
              SqlText.identifier(mapping.schema().orElse("public")),
              role()));
      return new Outcome.Unusable(problems);
    }
    Map<String, Column> columns = columns(table.get());
    Optional<Column> key =
        column(columns, "ORDERS_OUT_TRADE_NO_COLUMN", mapping.outTradeNoColumn());
    Optional<Column> status = column(columns, "ORDERS_STATUS_COLUMN", mapping.statusColumn());
    Optional<Column> createdAt =
        column(columns, "ORDERS_CREATED_AT_COLUMN", mapping.createdAtColumn());
    mapping.subMchidColumn().ifPresent(c -> column(columns, "ORDERS_SUB_MCHID_COLUMN", c));
    Optional<Column> filter =
        mapping.filter().flatMap(f -> column(columns, "ORDERS_FILTER_COLUMN", f.column()));
    createdAt.ifPresent(this::checkTime);
    status.ifPresent(this::checkStatuses);
    filter.ifPresent(this::checkFilterValues);
    if (!problems.isEmpty()) {
      return new Outcome.Unusable(problems);
    }
    checkRights();
    if (!problems.isEmpty()) {
      return new Outcome.Unusable(problems);
    }
    ShopTable shopTable =
        new ShopTable(
            mapping,
            new ColumnTypes(
                key.orElseThrow().sql(),
                status.orElseThrow().sql(),
                createdAt.orElseThrow().sql(),
                createdAt.orElseThrow().domainBase().equals("timestamptz"),
                filter.map(Column::sql).orElse("text")));
    checkStatements(shopTable);
    return problems.isEmpty() ? new Outcome.Usable(shopTable) : new Outcome.Unusable(problems);
  }

  private Optional<Long> tableOid() {
    return handle
        .createQuery("SELECT to_regclass(:name)::oid::bigint")
        .bind("name", tableSql())
        .mapTo(Long.class)
        .findFirst();
  }

  private Map<String, Column> columns(long table) {
    return handle
        .createQuery(
            """
            SELECT a.attname,
                   n.nspname AS type_schema,
                   t.typname AS type_name,
                   t.typtype AS kind,
                   coalesce(base.typname, t.typname) AS domain_base
            FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            LEFT JOIN pg_catalog.pg_type base ON base.oid = nullif(t.typbasetype, 0)
            WHERE a.attrelid = CAST(:table AS oid) AND a.attnum > 0 AND NOT a.attisdropped
            """)
        .bind("table", table)
        .reduceRows(
            new HashMap<>(),
            (found, row) -> {
              found.put(
                  row.getColumn("attname", String.class),
                  new Column(
                      row.getColumn("type_schema", String.class),
                      row.getColumn("type_name", String.class),
                      row.getColumn("kind", String.class),
                      row.getColumn("domain_base", String.class)));
              return found;
            });
  }

  private Optional<Column> column(Map<String, Column> columns, String setting, String name) {
    @Nullable Column column = columns.get(name);
    if (column == null) {
      problems.add(
          String.format(
              Locale.ROOT,
              "table %s has no column %s; set %s to one of: %s",
              tableSql(),
              SqlText.identifier(name),
              setting,
              String.join(", ", columns.keySet().stream().sorted().toList())));
    }
    return Optional.ofNullable(column);
  }

  private void checkTime(Column column) {
    String base = column.domainBase();
    if (!base.equals("timestamptz") && !base.equals("timestamp")) {
      problems.add(
          String.format(
              Locale.ROOT,
              "column %s of %s is of type %s; it must be timestamptz, or timestamp read in ORDERS_TIME_ZONE: ALTER TABLE %s ALTER COLUMN %s TYPE timestamptz, or a view with such a column",
              SqlText.identifier(mapping.createdAtColumn()),
              tableSql(),
              base,
              tableSql(),
              SqlText.identifier(mapping.createdAtColumn())));
      return;
    }
    Set<String> zones =
        new HashSet<>(
            handle
                .createQuery("SELECT count(*) FROM pg_catalog.pg_timezone_names WHERE name = :zone")
                .bind("zone", mapping.timeZone().getId())
                .mapTo(String.class)
                .list());
    if (base.equals("timestamp") && zones.contains("0")) {
      problems.add(
          String.format(
              Locale.ROOT,
              "ORDERS_TIME_ZONE=%s: PostgreSQL does not know this time zone; names are in pg_timezone_names",
              mapping.timeZone().getId()));
    }
  }

  private void checkStatuses(Column column) {
    String base = column.domainBase();
    boolean usable =
        column.kind().equals("e")
            || Set.of("text", "varchar", "bpchar", "citext", "int2", "int4", "int8").contains(base);
    if (!usable) {
      problems.add(
          String.format(
              Locale.ROOT,
              "column %s of %s is of type %s; a status may be text, an enum or an integer",
              SqlText.identifier(mapping.statusColumn()),
              tableSql(),
              base));
      return;
    }
    mapping.unpaidStatuses().forEach(s -> checkConstant("ORDERS_UNPAID_STATUS", s, column));
    checkConstant("ORDERS_CLOSED_STATUS", mapping.closedStatus(), column);
    mapping.paidStatus().ifPresent(s -> checkConstant("ORDERS_PAID_STATUS", s, column));
  }

  private void checkFilterValues(Column column) {
    mapping
        .filter()
        .ifPresent(f -> f.values().forEach(v -> checkConstant("ORDERS_FILTER_VALUES", v, column)));
  }

  /** Whether the text is a value of the column's type, asked of PostgreSQL itself. */
  private void checkConstant(String setting, String value, Column column) {
    try {
      handle.execute("SELECT CAST(? AS text)::" + column.sql(), value);
    } catch (UnableToExecuteStatementException e) {
      ServerGone.throwIfSo(e);
      problems.add(
          String.format(
              Locale.ROOT,
              "%s=%s is no value of type %s%s",
              setting,
              value,
              column.sql(),
              column.kind().equals("e") ? "; its values are: " + labels(column) : ""));
    }
  }

  private String labels(Column column) {
    return String.join(
        ", ",
        handle
            .createQuery("SELECT unnest(enum_range(NULL::" + column.sql() + "))::text")
            .mapTo(String.class)
            .list());
  }

  private void checkRights() {
    List<String> read = new ArrayList<>();
    read.add(mapping.outTradeNoColumn());
    read.add(mapping.statusColumn());
    read.add(mapping.createdAtColumn());
    mapping.subMchidColumn().ifPresent(read::add);
    mapping.filter().ifPresent(f -> read.add(f.column()));
    for (String column : read) {
      checkRight("SELECT", column);
    }
    checkRight("UPDATE", mapping.statusColumn());
  }

  private void checkRight(String right, String column) {
    boolean granted =
        handle
            .createQuery("SELECT has_column_privilege(:table, :column, :right)")
            .bind("table", tableSql())
            .bind("column", column)
            .bind("right", right)
            .mapTo(Boolean.class)
            .one();
    if (!granted) {
      problems.add(
          String.format(
              Locale.ROOT,
              "no right to %s column %s of %s: GRANT %s (%s) ON %s TO %s",
              right,
              SqlText.identifier(column),
              tableSql(),
              right,
              SqlText.identifier(column),
              tableSql(),
              role()));
    }
  }

  /** A view may be such that its rows cannot be locked or its status not updated. */
  private void checkStatements(ShopTable table) {
    tryStatement(
        table,
        "its rows cannot be locked; a view needs inner joins and no DISTINCT, GROUP BY or UNION",
        "SELECT 1 FROM <orders> o WHERE <is_unpaid> AND <is_ours> AND false FOR UPDATE OF o SKIP LOCKED");
    tryStatement(
        table,
        "its status cannot be updated; a view over several tables needs an INSTEAD OF UPDATE trigger",
        "UPDATE <orders> AS o SET <status> = <closed_status> WHERE <is_unpaid> AND false");
  }

  private void tryStatement(ShopTable table, String meaning, String sql) {
    try {
      handle.useTransaction(
          h -> {
            h.execute(table.sql("EXPLAIN " + sql));
            h.rollback();
          });
    } catch (UnableToExecuteStatementException e) {
      ServerGone.throwIfSo(e);
      problems.add(String.format(Locale.ROOT, "%s: %s (%s)", tableSql(), meaning, rootMessage(e)));
    }
  }

  private static String rootMessage(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }

  private String role() {
    return handle.createQuery("SELECT quote_ident(current_user)").mapTo(String.class).one();
  }

  private String tableSql() {
    return mapping.schema().map(s -> SqlText.identifier(s) + ".").orElse("")
        + SqlText.identifier(mapping.table());
  }
}
