package io.staleorders.store;

import io.staleorders.store.ShopTable.Comparison;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * A column of the shop's table as the catalogue has it.
 *
 * @param number its place in the table, {@code attnum}
 * @param declared its type as a person would write it
 * @param typeSchema of the type beneath all domains
 * @param typeName of the type beneath all domains
 * @param kind {@code typtype} of that type: {@code e} for an enum
 * @param isDomain whether the declared type is a domain
 * @param isGenerated whether PostgreSQL computes it from the row's other columns
 * @param length most characters that it holds; 0 for no limit
 * @param equalitySchema where the type's own {@code =} is; that of the catalogue if it has none
 * @param collation what its texts are compared by, as a clause; empty for the default
 */
record ShopColumn(
    String name,
    int number,
    String declared,
    String typeSchema,
    String typeName,
    String kind,
    boolean isDomain,
    boolean isGenerated,
    int length,
    String equalitySchema,
    String collation) {
  private static final String CATALOGUE = "pg_catalog";
  private static final Set<String> STATUS_TYPES =
      Set.of("text", "varchar", "bpchar", "citext", "int2", "int4", "int8");

  private static final String COLUMNS =
      """
      WITH RECURSIVE layer (attnum, type, typmod, depth) AS (
          SELECT a.attnum, a.atttypid, a.atttypmod, 0
          FROM pg_catalog.pg_attribute a
          WHERE a.attrelid = CAST(:relation AS oid) AND a.attnum > 0 AND NOT a.attisdropped
          UNION ALL
          SELECT l.attnum, t.typbasetype, t.typtypmod, l.depth + 1
          FROM layer l
          JOIN pg_catalog.pg_type t ON t.oid = l.type
          WHERE t.typtype = 'd'
      )
      SELECT a.attname AS name,
             a.attnum AS number,
             pg_catalog.format_type(a.atttypid, a.atttypmod) AS declared,
             n.nspname AS type_schema,
             t.typname AS type_name,
             t.typtype AS kind,
             l.depth > 0 AS is_domain,
             a.attgenerated <> '' AS is_generated,
             CASE WHEN t.typname IN ('varchar', 'bpchar') AND n.nspname = 'pg_catalog'
                  THEN greatest(l.typmod - 4, 0) ELSE 0 END AS length,
             coalesce((SELECT min(en.nspname)
                       FROM pg_catalog.pg_operator e
                       JOIN pg_catalog.pg_namespace en ON en.oid = e.oprnamespace
                       WHERE e.oprname = '=' AND e.oprleft = t.oid AND e.oprright = t.oid),
                      'pg_catalog') AS equality_schema,
             coalesce((SELECT pg_catalog.format(' COLLATE %I.%I', cn.nspname, c.collname)
                       FROM pg_catalog.pg_collation c
                       JOIN pg_catalog.pg_namespace cn ON cn.oid = c.collnamespace
                       WHERE c.oid = a.attcollation AND c.collname <> 'default'), '') AS collation
      FROM layer l
      JOIN pg_catalog.pg_type t ON t.oid = l.type
      JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      JOIN pg_catalog.pg_attribute a
        ON a.attrelid = CAST(:relation AS oid) AND a.attnum = l.attnum
      WHERE t.typtype <> 'd'
      """;

  /** All columns of a relation, by name. */
  static Map<String, ShopColumn> of(Handle handle, long relation) {
    List<ShopColumn> columns =
        handle
            .createQuery(COLUMNS)
            .bind("relation", relation)
            .map(
                (row, ctx) ->
                    new ShopColumn(
                        row.getString("name"),
                        row.getInt("number"),
                        row.getString("declared"),
                        row.getString("type_schema"),
                        row.getString("type_name"),
                        row.getString("kind"),
                        row.getBoolean("is_domain"),
                        row.getBoolean("is_generated"),
                        row.getInt("length"),
                        row.getString("equality_schema"),
                        row.getString("collation")))
            .list();
    return columns.stream().collect(Collectors.toMap(ShopColumn::name, Function.identity()));
  }

  /** The type beneath all domains as SQL, without its length: a constant is not cut by it. */
  String sql() {
    return SqlText.identifier(typeSchema) + "." + SqlText.identifier(typeName);
  }

  boolean isEnum() {
    return kind.equals("e");
  }

  /** Whether it is of this type of PostgreSQL's own. */
  boolean is(String type) {
    return typeSchema.equals(CATALOGUE) && typeName.equals(type);
  }

  boolean mayBeStatus() {
    return isEnum() || typeName.equals("citext") || STATUS_TYPES.stream().anyMatch(this::is);
  }

  /** Whether {@code =} between its values is found only while its schema is in the search path. */
  boolean hasOperatorsElsewhere() {
    return !equalitySchema.equals(CATALOGUE);
  }

  Comparison comparison() {
    return new Comparison(
        sql(),
        hasOperatorsElsewhere() ? "OPERATOR(" + SqlText.identifier(equalitySchema) + ".=)" : "=",
        isDomain && isEnum());
  }
}
