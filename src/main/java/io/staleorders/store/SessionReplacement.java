package io.staleorders.store;

import com.zaxxer.hikari.HikariPoolMXBean;
import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Replaces all sessions of a pool once one fails in a way that speaks of its server. A session
 * whose server reported the error itself is not cut off under its user, because a trigger of the
 * shop's can raise any SQLSTATE; it is closed when it is returned.
 */
final class SessionReplacement implements SQLExceptionOverride {
  private volatile Optional<HikariPoolMXBean> sessions = Optional.empty();

  /** The pool, once it is open. */
  void of(HikariPoolMXBean pool) {
    sessions = Optional.of(pool);
  }

  @java.lang.Override
  public Override adjudicate(SQLException e) {
    if (SqlStates.isUnfit(e)) {
      replaceAll();
    }
    return SqlStates.isSaidByServer(e) ? Override.DO_NOT_EVICT : Override.CONTINUE_EVICT;
  }

  /** Closes idle sessions now, and each other one when it is returned. */
  void replaceAll() {
    sessions.ifPresent(HikariPoolMXBean::softEvictConnections);
  }
}
