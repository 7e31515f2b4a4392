package io.staleorders.store;

import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.JdbiException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Why PostgreSQL refused a statement.
 *
 * @param sqlState empty if there is none
 * @param reason the server's own words in one line
 */
record Refusal(String sqlState, String reason) {
  private static final String LOCK_NOT_AVAILABLE = "55P03";
  private static final String QUERY_CANCELED = "57014";

  /** Classes whose details speak of the statement; those of others quote the shop's rows. */
  private static final Set<String> OF_STATEMENT = Set.of("0A", "42", "55");

  private static final int LENGTH = 300;

  /**
   * The refusal, unless the failure speaks of the server, not of the statement.
   *
   * @throws JdbiException the failure, if that is so
   */
  static Refusal of(JdbiException failure, Handle handle) {
    ServerGone.throwIfSo(failure, handle);
    @Nullable SQLException cause = ServerGone.sqlException(failure);
    return cause == null
        ? new Refusal("", String.valueOf(failure.getMessage()))
        : new Refusal(Optional.ofNullable(cause.getSQLState()).orElse(""), words(cause));
  }

  /** Somebody else has the row, or something that the statement needs besides. */
  boolean isConflict() {
    return sqlState.equals(LOCK_NOT_AVAILABLE) || sqlState.startsWith("40");
  }

  /** It took too long. */
  boolean isTimeout() {
    return sqlState.equals(QUERY_CANCELED);
  }

  /** The reason; of a timeout, which PostgreSQL calls cancelled, what it means. */
  String inWords() {
    return isTimeout()
        ? "it takes longer than 3 s; an index is missing, or a trigger waits"
        : reason;
  }

  private static String words(SQLException cause) {
    @Nullable ServerErrorMessage server =
        cause instanceof PSQLException sql ? sql.getServerErrorMessage() : null;
    if (server == null) {
      return line(cause.getMessage());
    }
    boolean isOfData = !OF_STATEMENT.contains(cause.getSQLState().substring(0, 2));
    return isOfData
        ? line(server.getMessage())
        : line(server.getMessage()) + more(server.getDetail()) + more(server.getHint());
  }

  private static String more(@Nullable String text) {
    return text == null ? "" : "; " + line(text);
  }

  private static String line(@Nullable String text) {
    String line = text == null ? "" : text.lines().findFirst().orElse("");
    return line.substring(0, Math.min(line.length(), LENGTH));
  }
}
