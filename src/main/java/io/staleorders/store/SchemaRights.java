package io.staleorders.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** What this role must be allowed to do with our own schema: the same as {@code db/grants.sql}. */
public final class SchemaRights {
  /** The rights needed, by table. */
  static final Map<String, List<String>> NEEDED =
      new TreeMap<>(
          Map.of(
              "order_close", List.of("SELECT", "INSERT", "UPDATE", "DELETE"),
              "close_attempt", List.of("SELECT", "INSERT", "DELETE"),
              "pause", List.of("SELECT", "INSERT", "UPDATE", "DELETE"),
              "call_rate", List.of("SELECT", "UPDATE"),
              "scan", List.of("SELECT", "UPDATE"),
              "known_merchant", List.of("SELECT", "INSERT"),
              "flyway_schema_history", List.of("SELECT")));

  private SchemaRights() {}

  /**
   * Each right that is missing, with the statement that gives it; none while there is no schema.
   */
  public static List<String> missing(Jdbi jdbi) {
    return jdbi.withHandle(SchemaRights::missing);
  }

  private static List<String> missing(Handle handle) {
    if (!is(
        handle, "EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'order_closer')")) {
      return List.of();
    }
    String role = handle.createQuery("SELECT quote_ident(current_user)").mapTo(String.class).one();
    if (!is(handle, "has_schema_privilege('order_closer', 'USAGE')")) {
      return List.of(
          "schema order_closer is not open to this role; db/grants.sql has all that it needs: GRANT USAGE ON SCHEMA order_closer TO "
              + role);
    }
    List<String> missing = new ArrayList<>();
    NEEDED.forEach(
        (table, rights) -> {
          List<String> absent =
              rights.stream()
                  .filter(
                      right ->
                          is(
                              handle,
                              String.format(
                                  Locale.ROOT,
                                  "to_regclass('order_closer.%1$s') IS NOT NULL AND NOT has_table_privilege('order_closer.%1$s', '%2$s')",
                                  table,
                                  right)))
                  .toList();
          if (!absent.isEmpty()) {
            missing.add(
                String.format(
                    Locale.ROOT,
                    "no right to %1$s order_closer.%2$s; db/grants.sql has all that this role needs: GRANT %1$s ON order_closer.%2$s TO %3$s",
                    String.join(", ", absent),
                    table,
                    role));
          }
        });
    return missing;
  }

  /** Why this role cannot make our schema, or bring it up to date. */
  public static List<String> missingToMigrate(Jdbi jdbi) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT CASE
                        WHEN pg_catalog.to_regnamespace('order_closer') IS NULL THEN
                            CASE WHEN NOT pg_catalog.has_database_privilege(
                                         pg_catalog.current_database(), 'CREATE') THEN
                                pg_catalog.format(
                                    'the next start fails: schema order_closer is not there and this role may not make it; run the command migrate as a role that may, or: GRANT CREATE ON DATABASE %I TO %I',
                                    pg_catalog.current_database(), current_user)
                            END
                        WHEN NOT pg_catalog.has_schema_privilege('order_closer', 'CREATE')
                          OR EXISTS (
                              SELECT FROM pg_catalog.pg_class c
                              WHERE c.relnamespace = pg_catalog.to_regnamespace('order_closer')
                                AND c.relkind = 'r'
                                AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')) THEN
                            'the next start fails: schema order_closer is not up to date and this role may not change it; run the command migrate as its owner, '
                            || (SELECT n.nspowner::pg_catalog.regrole::text FROM pg_catalog.pg_namespace n
                                WHERE n.nspname = 'order_closer')
                    END
                    """)
                .mapTo(String.class)
                .findOne()
                .stream()
                .toList());
  }

  private static boolean is(Handle handle, String condition) {
    return handle.createQuery("SELECT " + condition).mapTo(Boolean.class).one();
  }
}
