package io.staleorders.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** What a dry run reads of our schema, which need not exist for it. */
public final class DryRunStore {
  private static final String IS_READABLE =
      """
      SELECT EXISTS (SELECT FROM pg_catalog.pg_class c
                     JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                     WHERE n.nspname = 'order_closer' AND c.relname = :table
                       AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
                       AND pg_catalog.has_table_privilege(c.oid, 'SELECT'))
      """;

  /** A pause whose probe is overdue is nobody's: a service that runs would have probed it. */
  private static final String WITH_PAUSES =
      """
      SELECT pg_catalog.clock_timestamp() AS now,
             ARRAY(SELECT p.scope FROM order_closer.pause p WHERE p.until > pg_catalog.clock_timestamp()) AS paused
      """;

  private static final String WITHOUT_PAUSES =
      "SELECT pg_catalog.clock_timestamp() AS now, CAST(ARRAY[] AS text[]) AS paused";

  private final Jdbi jdbi;
  private volatile Optional<Boolean> readsPauses = Optional.empty();

  public DryRunStore(Jdbi jdbi) {
    this.jdbi = jdbi;
  }

  /**
   * The state of the database.
   *
   * @param now by the database's clock
   * @param paused scopes that the service has paused
   */
  public record State(Instant now, List<String> paused) {}

  /** Reads the state of the database. */
  public State state() {
    boolean pauses =
        readsPauses.orElseGet(
            () -> {
              boolean readable = isReadable(jdbi, "pause");
              readsPauses = Optional.of(readable);
              return readable;
            });
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(pauses ? WITH_PAUSES : WITHOUT_PAUSES)
                .map(
                    (row, ctx) ->
                        new State(
                            Columns.instant(row, "now").orElseThrow(),
                            Columns.texts(row, "paused")))
                .one());
  }

  /** Whether a table of our schema exists and may be read. */
  static boolean isReadable(Jdbi jdbi, String table) {
    return Transactions.shortOne(
        jdbi,
        handle -> handle.createQuery(IS_READABLE).bind("table", table).mapTo(Boolean.class).one());
  }
}
