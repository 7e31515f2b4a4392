package io.staleorders.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Row level security hides rows without an error. */
final class RowSecurity {
  private RowSecurity() {}

  /** A warning if it decides which rows this role sees, of the table or behind the view. */
  static List<String> warnings(Handle handle, long table, String name) {
    return handle
        .createQuery(
            """
            WITH RECURSIVE behind (relation) AS (
                SELECT CAST(:table AS oid)
                UNION
                SELECT d.refobjid
                FROM behind b
                JOIN pg_catalog.pg_rewrite r ON r.ev_class = b.relation
                JOIN pg_catalog.pg_depend d
                  ON d.classid = CAST('pg_catalog.pg_rewrite' AS pg_catalog.regclass)
                 AND d.objid = r.oid
                 AND d.refclassid = CAST('pg_catalog.pg_class' AS pg_catalog.regclass)
            )
            SELECT CAST(CAST(c.oid AS pg_catalog.regclass) AS text)
            FROM behind b
            JOIN pg_catalog.pg_class c ON c.oid = b.relation
            WHERE CASE WHEN c.oid = CAST(:table AS oid)
                       THEN pg_catalog.row_security_active(c.oid)
                       ELSE c.relrowsecurity END
            ORDER BY 1
            """)
        .bind("table", table)
        .mapTo(String.class)
        .list()
        .stream()
        .map(
            secured ->
                "row level security is on for "
                    + secured
                    + ": orders that its policies hide from this role are never seen, without an error; see the policies in pg_policies, or: ALTER ROLE … BYPASSRLS ("
                    + name
                    + ")")
        .toList();
  }
}
