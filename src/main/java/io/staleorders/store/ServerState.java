package io.staleorders.store;

import java.util.List;
import org.jdbi.v3.core.Handle;

/** Whether the server takes writes. */
final class ServerState {
  private ServerState() {}

  /** Why nothing can be written, if that is so. */
  static List<String> problems(Handle handle) {
    return handle
        .createQuery(
            """
            SELECT CASE
                WHEN pg_catalog.pg_is_in_recovery() THEN
                    'this server is a standby (pg_is_in_recovery), which takes no writes: let DATABASE_URL'
                    || ' name the primary, or all hosts with targetServerType=primary'
                WHEN pg_catalog.current_setting('transaction_read_only')::boolean THEN
                    'transactions are read-only here (default_transaction_read_only is on for the'
                    || ' server, this database or this role); for the role: '
                    || pg_catalog.format(
                           'ALTER ROLE %I SET default_transaction_read_only = off', current_user)
            END
            """)
        .mapTo(String.class)
        .findOne()
        .stream()
        .toList();
  }
}
