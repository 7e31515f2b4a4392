package io.staleorders.store;

import io.staleorders.store.ShopTable.ColumnTypes;
import io.staleorders.store.ShopTable.Comparison;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Whether the shop's table is as the settings say, and takes the statements that the service runs.
 */
public final class ShopTableReader {
  private final Handle handle;
  private final OrdersMapping mapping;
  private final boolean writes;
  private final List<String> problems = new ArrayList<>();

  /** What was found. */
  public sealed interface Outcome {
    /**
     * All is there and usable.
     *
     * @param warnings what is worth a look all the same
     */
    record Usable(ShopTable table, List<String> warnings) implements Outcome {}

    /**
     * Each problem says what is wrong and, where one would mend it, the statement.
     *
     * @param mayPass whether it is the server that takes no writes, as during a failover
     */
    record Unusable(List<String> problems, boolean mayPass) implements Outcome {
      Unusable(List<String> problems) {
        this(problems, false);
      }
    }
  }

  private ShopTableReader(Handle handle, OrdersMapping mapping, boolean writes) {
    this.handle = handle;
    this.mapping = mapping;
    this.writes = writes;
  }

  /**
   * For all that close orders: reads the catalogue and tries the statements, in transactions that
   * are rolled back.
   */
  public static Outcome read(Jdbi jdbi, OrdersMapping mapping) {
    List<String> readOnly = jdbi.withHandle(ServerState::problems);
    if (!readOnly.isEmpty()) {
      return new Outcome.Unusable(readOnly, true);
    }
    return switch (readCatalogue(jdbi, mapping, true)) {
      case Outcome.Unusable unusable -> unusable;
      case Outcome.Usable usable -> tried(jdbi, mapping, usable);
    };
  }

  /** For those that only read orders: nothing is tried. */
  public static Outcome readCatalogue(Jdbi jdbi, OrdersMapping mapping) {
    return readCatalogue(jdbi, mapping, true);
  }

  /** For a dry run: as {@link #readCatalogue}, and no right to write is needed. */
  public static Outcome readForDryRun(Jdbi jdbi, OrdersMapping mapping) {
    return switch (readCatalogue(jdbi, mapping, false)) {
      case Outcome.Unusable unusable -> unusable;
      case Outcome.Usable usable -> warned(jdbi, mapping, usable, List.of());
    };
  }

  private static Outcome readCatalogue(Jdbi jdbi, OrdersMapping mapping, boolean writes) {
    return jdbi.withHandle(handle -> new ShopTableReader(handle, mapping, writes).read());
  }

  private static Outcome tried(Jdbi jdbi, OrdersMapping mapping, Outcome.Usable usable) {
    StatementTrial.Result trial = StatementTrial.run(jdbi, usable.table(), mapping);
    if (!trial.problems().isEmpty()) {
      return new Outcome.Unusable(trial.problems());
    }
    return warned(jdbi, mapping, usable, trial.warnings());
  }

  private static Outcome warned(
      Jdbi jdbi, OrdersMapping mapping, Outcome.Usable usable, List<String> more) {
    List<String> warnings = new ArrayList<>(usable.warnings());
    warnings.addAll(more);
    warnings.addAll(NewestOrder.warnings(jdbi, usable.table(), mapping));
    return new Outcome.Usable(usable.table(), List.copyOf(warnings));
  }

  private Outcome read() {
    Optional<Long> table = tableOid();
    if (table.isEmpty()) {
      problems.add(
          "table "
              + tableSql()
              + " does not exist, or its schema is not open to this role; set ORDERS_TABLE, or: GRANT USAGE ON SCHEMA "
              + SqlText.identifier(mapping.schema().orElse("public"))
              + " TO "
              + role());
      return new Outcome.Unusable(problems);
    }
    Map<String, ShopColumn> columns = ShopColumn.of(handle, table.get());
    Optional<ShopColumn> key =
        column(columns, "ORDERS_OUT_TRADE_NO_COLUMN", mapping.outTradeNoColumn());
    Optional<ShopColumn> status = column(columns, "ORDERS_STATUS_COLUMN", mapping.statusColumn());
    Optional<ShopColumn> createdAt =
        column(columns, "ORDERS_CREATED_AT_COLUMN", mapping.createdAtColumn());
    mapping.subMchidColumn().ifPresent(c -> column(columns, "ORDERS_SUB_MCHID_COLUMN", c));
    Optional<ShopColumn> filter =
        mapping.filter().flatMap(f -> column(columns, "ORDERS_FILTER_COLUMN", f.column()));
    ColumnChecks checks = new ColumnChecks(handle, mapping, tableSql(), table.get());
    createdAt.ifPresent(column -> problems.addAll(checks.time(column)));
    status.ifPresent(column -> problems.addAll(checks.statuses(column)));
    filter.ifPresent(column -> problems.addAll(checks.filterValues(column)));
    List<String> warnings = new ArrayList<>();
    status.ifPresent(column -> checkOrigin(table.get(), column, warnings));
    if (problems.isEmpty()) {
      checkRights();
    }
    if (!problems.isEmpty()) {
      return new Outcome.Unusable(List.copyOf(problems));
    }
    key.ifPresent(column -> warnings.addAll(checks.keyWarnings(column)));
    warnings.addAll(RowSecurity.warnings(handle, table.get(), tableSql()));
    ShopTable read =
        new ShopTable(
            mapping,
            new ColumnTypes(
                key.orElseThrow().sql(),
                status.orElseThrow().comparison(),
                createdAt.orElseThrow().sql(),
                createdAt.orElseThrow().is("timestamptz"),
                filter.map(ShopColumn::comparison).orElse(Comparison.TEXT),
                encoding()));
    String types =
        handle.createQuery("SELECT " + read.sql("<column_types>")).mapTo(String.class).one();
    return new Outcome.Usable(read.withTypesRead(types), List.copyOf(warnings));
  }

  private String encoding() {
    return handle
        .createQuery("SELECT pg_catalog.current_setting('server_encoding')")
        .mapTo(String.class)
        .one();
  }

  private Optional<Long> tableOid() {
    return handle
        .createQuery("SELECT pg_catalog.to_regclass(:name)::oid::bigint")
        .bind("name", tableSql())
        .mapTo(Long.class)
        .findFirst();
  }

  private Optional<ShopColumn> column(
      Map<String, ShopColumn> columns, String setting, String name) {
    @Nullable ShopColumn column = columns.get(name);
    if (column == null) {
      problems.add(
          "table "
              + tableSql()
              + " has no column "
              + SqlText.identifier(name)
              + "; set "
              + setting
              + " to one of: "
              + String.join(", ", columns.keySet().stream().sorted().toList()));
    }
    return Optional.ofNullable(column);
  }

  /** A payment is kept only if the lock on an order's row is a lock on its status. */
  private void checkOrigin(long table, ShopColumn status, List<String> warnings) {
    switch (ColumnOrigin.of(handle, table, status.number())) {
      case ColumnOrigin.Outcome.Plain plain ->
          plain
              .unguarded()
              .forEach(
                  view ->
                      warnings.add(
                          "the conditions of view "
                              + view
                              + " read further rows, which are not locked while an order is marked: an order that leaves the view by a change there at that moment is marked all the same"));
      case ColumnOrigin.Outcome.Computed computed ->
          problems.add(
              "column "
                  + SqlText.identifier(status.name())
                  + " of "
                  + tableSql()
                  + " cannot be locked against a payment: "
                  + computed.reason()
                  + ". The status must be a plain column of a table in the view's FROM, by inner joins, so that SELECT … FOR UPDATE locks it");
    }
  }

  private void checkRights() {
    checkRight("SELECT", mapping.outTradeNoColumn());
    checkRight("SELECT", mapping.statusColumn());
    checkRight("SELECT", mapping.createdAtColumn());
    mapping.subMchidColumn().ifPresent(column -> checkRight("SELECT", column));
    mapping.filter().ifPresent(filter -> checkRight("SELECT", filter.column()));
    if (writes) {
      checkRight("UPDATE", mapping.statusColumn());
    }
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
              "no right to %1$s column %2$s of %3$s: GRANT %1$s (%2$s) ON %3$s TO %4$s",
              right,
              SqlText.identifier(column),
              tableSql(),
              role()));
    }
  }

  private String role() {
    return handle.createQuery("SELECT quote_ident(current_user)").mapTo(String.class).one();
  }

  private String tableSql() {
    return mapping.schema().map(s -> SqlText.identifier(s) + ".").orElse("")
        + SqlText.identifier(mapping.table());
  }
}
