package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Secret;
import io.staleorders.config.Settings;
import io.staleorders.store.Databases;
import io.staleorders.store.Migrations;
import io.staleorders.store.SchemaRights;
import io.staleorders.sweep.SqlFailure;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Jdbi;

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
    Jdbi jdbi = Databases.jdbi(pool);
    Migrations migrations = new Migrations(pool);
    try {
      List<String> before = SchemaRights.missing(jdbi);
      if (!before.isEmpty()) {
        return before;
      }
      if (migrate) {
        migrations.migrate();
      } else if (migrations.pending() > 0) {
        return List.of(
            "schema order_closer is not up to date: run the command migrate as a role that may create it, or set MIGRATE_ON_START=true");
      }
      return SchemaRights.missing(jdbi);
    } catch (FlywayException e) {
      if (SqlFailure.isOfServerWithin(e)) {
        throw new ConnectionException(e);
      }
      return List.of(
          String.format(
              Locale.ROOT,
              "schema order_closer cannot be made or brought up to date: %s; run the command migrate as a role that may, or: %s",
              message(e),
              grantCreate(jdbi)));
    }
  }

  private static String grantCreate(Jdbi jdbi) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT format('GRANT CREATE ON DATABASE %I TO %I', current_database(), current_user)")
                .mapTo(String.class)
                .one());
  }

  /** The innermost reason, in one line. */
  static String message(Throwable e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    String message = Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getName());
    return message.lines().findFirst().orElse("");
  }
}
