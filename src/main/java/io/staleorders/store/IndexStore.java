package io.staleorders.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Whether the shop's indexes support our statements. */
public final class IndexStore {
  /**
   * The tables that hold rows, each with its indexes that find them by the wanted column: earlier
   * columns of the index are compared for equality by our statements.
   */
  private static final String INDEXES_OF_PARTS =
      """
      WITH RECURSIVE part (relation) AS (
          SELECT CAST(:table AS oid)
          UNION
          SELECT i.inhrelid FROM part p
          JOIN pg_catalog.pg_inherits i ON i.inhparent = p.relation
      )
      SELECT n.nspname AS schema,
             c.relname AS name,
             coalesce(bool_or(x.indexrelid IS NOT NULL AND x.indpred IS NULL), false) AS whole,
             coalesce(array_agg(ic.relname::text) FILTER (WHERE x.indpred IS NOT NULL),
                      CAST('{}' AS text[])) AS partial
      FROM part p
      JOIN pg_catalog.pg_class c ON c.oid = p.relation AND c.relkind = 'r'
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      LEFT JOIN (pg_catalog.pg_index x
                 JOIN pg_catalog.pg_class ic ON ic.oid = x.indexrelid
                 JOIN pg_catalog.pg_am am ON am.oid = ic.relam)
        ON x.indrelid = c.oid
       AND x.indisvalid AND x.indisready
       AND am.amname = ANY (:methods)
       AND EXISTS (
           SELECT FROM pg_catalog.generate_series(0, x.indnkeyatts - 1) AS place
           JOIN pg_catalog.pg_attribute a
             ON a.attrelid = c.oid AND a.attnum = x.indkey[place] AND a.attname = :wanted
           WHERE NOT EXISTS (
               SELECT FROM pg_catalog.generate_series(0, place - 1) AS earlier
               LEFT JOIN pg_catalog.pg_attribute b
                 ON b.attrelid = c.oid AND b.attnum = x.indkey[earlier]
               WHERE b.attname IS NULL OR b.attname <> ALL (:leading)))
      GROUP BY n.nspname, c.relname
      ORDER BY n.nspname, c.relname
      """;

  private static final String DUE_OF_ONE_STATUS =
      """
      SELECT 1
      FROM <orders> o
      WHERE <one_status> AND <is_ours> AND <created_at> <= <due_upper_bound>
      ORDER BY <created_at>
      LIMIT 1000
      """;

  private static final String BY_NUMBER =
      "SELECT 1 FROM <orders> o WHERE <key> = ANY (ARRAY['1', '2']::<key_type>[]) AND <is_ours>";

  private final Jdbi jdbi;
  private final ShopTable table;
  private final OrdersMapping mapping;

  public IndexStore(Jdbi jdbi, ShopTable table, OrdersMapping mapping) {
    this.jdbi = jdbi;
    this.table = table;
    this.mapping = mapping;
  }

  /**
   * A statement that no index supports.
   *
   * @param purpose what the statement does
   * @param hint what to know before running {@code statements}, or where they cannot be written
   * @param statements the indexes that would support it, ready to run; none where the column is
   *     computed by a view
   */
  public record Missing(String purpose, String hint, List<String> statements) {}

  /** A table that holds rows. */
  private record Part(String schema, String name, boolean whole, List<String> partial) {
    String sql() {
      return SqlText.identifier(schema) + "." + SqlText.identifier(name);
    }
  }

  /** A column of the shop's table, or of the table behind the view. */
  private record Source(long table, String column) {}

  /** The indexes that are missing. */
  public List<Missing> missing() {
    List<Missing> missing = new ArrayList<>();
    jdbi.useTransaction(
        handle -> {
          handle.execute("SET LOCAL enable_seqscan = off");
          missingForDue(handle).ifPresent(missing::add);
          missingForNumber(handle).ifPresent(missing::add);
          handle.rollback();
        });
    return missing;
  }

  private Optional<Missing> missingForDue(Handle handle) {
    String purpose = "finding due orders";
    List<JsonNode> plans =
        table.unpaidConditions().stream()
            .map(one -> plan(handle, table.sql(DUE_OF_ONE_STATUS, Map.of("one_status", one))))
            .toList();
    Optional<Source> source = source(handle, mapping.createdAtColumn());
    if (source.isEmpty()) {
      return computed(purpose, mapping.createdAtColumn(), plans, "<");
    }
    Set<String> leading = new TreeSet<>();
    Optional<Source> status = source(handle, mapping.statusColumn()).filter(isIn(source.get()));
    status.ifPresent(s -> leading.add(s.column()));
    filter(handle, source.get()).ifPresent(leading::add);
    String condition =
        status
            .map(s -> " WHERE " + table.unpaidCondition(SqlText.identifier(s.column())))
            .orElse("");
    return missing(handle, purpose, source.get(), leading, List.of("btree"), plans, condition);
  }

  private Optional<Missing> missingForNumber(Handle handle) {
    String purpose = "finding an order by its number";
    List<JsonNode> plans = List.of(plan(handle, table.sql(BY_NUMBER)));
    Optional<Source> source = source(handle, mapping.outTradeNoColumn());
    if (source.isEmpty()) {
      return computed(purpose, mapping.outTradeNoColumn(), plans, "=");
    }
    Set<String> leading = new TreeSet<>();
    filter(handle, source.get()).ifPresent(leading::add);
    return missing(handle, purpose, source.get(), leading, List.of("btree", "hash"), plans, "");
  }

  private Optional<String> filter(Handle handle, Source beside) {
    return mapping
        .filter()
        .flatMap(f -> source(handle, f.column()))
        .filter(isIn(beside))
        .map(Source::column);
  }

  private static Predicate<Source> isIn(Source other) {
    return source -> source.table() == other.table();
  }

  private Optional<Missing> missing(
      Handle handle,
      String purpose,
      Source source,
      Set<String> leading,
      List<String> methods,
      List<JsonNode> plans,
      String condition) {
    List<Part> bare =
        parts(handle, source, leading, methods).stream()
            .filter(part -> !part.whole() && !isServedByPartial(part, plans))
            .toList();
    if (bare.isEmpty()) {
      return Optional.empty();
    }
    String column = " (" + SqlText.identifier(source.column()) + ")" + condition;
    return Optional.of(
        partitioned(handle, source.table())
            .map(
                parent ->
                    new Missing(
                        purpose,
                        " (the table is partitioned, so the index cannot be made CONCURRENTLY: writes wait for it)",
                        List.of("CREATE INDEX ON " + parent + column)))
            .orElseGet(
                () ->
                    new Missing(
                        purpose,
                        "",
                        bare.stream()
                            .map(part -> "CREATE INDEX CONCURRENTLY ON " + part.sql() + column)
                            .toList())));
  }

  /** A partial index serves if PostgreSQL finds that its condition follows from the statement's. */
  private static boolean isServedByPartial(Part part, List<JsonNode> plans) {
    return plans.stream()
        .allMatch(
            plan ->
                !plan.findValuesAsText("Relation Name").contains(part.name())
                    || plan.findValuesAsText("Index Name").stream()
                        .anyMatch(part.partial()::contains));
  }

  /** A column that a view computes: an index may be on the expression. */
  private Optional<Missing> computed(
      String purpose, String column, List<JsonNode> plans, String operator) {
    boolean served =
        plans.stream()
            .allMatch(
                plan ->
                    plan.findValuesAsText("Index Cond").stream()
                        .anyMatch(condition -> condition.contains(operator)));
    return served
        ? Optional.empty()
        : Optional.of(
            new Missing(
                purpose,
                " (column "
                    + SqlText.identifier(column)
                    + " of view "
                    + table.sql("<orders>")
                    + " is computed: it needs an index on the very expression in the view)",
                List.of()));
  }

  private Optional<Source> source(Handle handle, String column) {
    long relation =
        handle
            .createQuery("SELECT pg_catalog.to_regclass(:name)::oid::bigint")
            .bind("name", table.sql("<orders>"))
            .mapTo(Long.class)
            .one();
    @Nullable ShopColumn found = ShopColumn.of(handle, relation).get(column);
    if (found == null) {
      return Optional.empty();
    }
    return switch (ColumnOrigin.of(handle, relation, found.number())) {
      case ColumnOrigin.Outcome.Computed computed -> Optional.empty();
      case ColumnOrigin.Outcome.Plain plain ->
          handle
              .createQuery(
                  "SELECT attname FROM pg_catalog.pg_attribute"
                      + " WHERE attrelid = CAST(:table AS oid) AND attnum = :column")
              .bind("table", plain.table())
              .bind("column", plain.column())
              .mapTo(String.class)
              .findOne()
              .map(name -> new Source(plain.table(), name));
    };
  }

  private static List<Part> parts(
      Handle handle, Source source, Set<String> leading, List<String> methods) {
    return handle
        .createQuery(INDEXES_OF_PARTS)
        .bind("table", source.table())
        .bind("wanted", source.column())
        .bind("leading", leading.toArray(String[]::new))
        .bind("methods", methods.toArray(String[]::new))
        .map(
            (row, ctx) ->
                new Part(
                    row.getString("schema"),
                    row.getString("name"),
                    row.getBoolean("whole"),
                    Columns.texts(row, "partial")))
        .list();
  }

  /** The table as SQL, if it is partitioned. */
  private static Optional<String> partitioned(Handle handle, long table) {
    return handle
        .createQuery(
            """
            SELECT n.nspname AS schema, c.relname AS name
            FROM pg_catalog.pg_class c
            JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid = CAST(:table AS oid) AND c.relkind = 'p'
            """)
        .bind("table", table)
        .map(
            (row, ctx) ->
                SqlText.identifier(row.getString("schema"))
                    + "."
                    + SqlText.identifier(row.getString("name")))
        .findOne();
  }

  private static JsonNode plan(Handle handle, String sql) {
    return Json.tree(handle.createQuery("EXPLAIN (FORMAT JSON) " + sql).mapTo(String.class).one());
  }
}
