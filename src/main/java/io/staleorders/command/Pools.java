package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Secret;
import io.staleorders.config.Settings;
import io.staleorders.store.Databases;
import io.staleorders.store.Migrations;
import io.staleorders.sweep.SqlFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.ConnectionException;

/** The database as commands open it: does it answer, is our schema there. */
final class Pools {
  private Pools() {}

  static HikariDataSource open(Settings.Database database, String instanceId) {
    return Databases.pool(
        database.jdbcUrl().reveal(),
        database.user(),
        database.password().map(Secret::reveal),
        database.poolSize(),
        instanceId);
  }

  /** Why the database does not answer, if it does not. */
  static Optional<String> unreachable(HikariDataSource pool) {
    try (Connection connection = pool.getConnection()) {
      return connection.isValid(5) ? Optional.empty() : Optional.of("no answer");
    } catch (SQLException e) {
      return Optional.of(message(e));
    }
  }

  /**
   * Brings our schema up to date, or looks whether it is; what is wrong with it.
   *
   * @throws ConnectionException if the database went away meanwhile
   */
  static List<String> schema(HikariDataSource pool, boolean migrate) {
    Migrations migrations = new Migrations(pool);
    try {
      if (migrate) {
        migrations.migrate();
        return List.of();
      }
      return migrations.pending() == 0
          ? List.of()
          : List.of(
              "schema order_closer is not up to date: run the command 'migrate' as a role that may create it, or set MIGRATE_ON_START=true");
    } catch (FlywayException e) {
      if (SqlFailure.isOfServerWithin(e)) {
        throw new ConnectionException(e);
      }
      return List.of(
          "schema order_closer cannot be made or brought up to date: %s; run the command 'migrate' as a role that may, or: GRANT CREATE ON DATABASE … TO …"
              .formatted(message(e)));
    }
  }

  /** The innermost reason, in one line. */
  static String message(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
  }
}
