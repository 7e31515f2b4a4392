package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Secret;
import io.staleorders.config.Settings;
import io.staleorders.store.DatabaseFailure;
import io.staleorders.store.Databases;
import io.staleorders.store.Migrations;
import io.staleorders.store.SchemaRights;
import io.staleorders.store.SqlStates;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.flywaydb.core.api.FlywayException;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** The database as commands open it: does it answer, is our schema there. */
final class Pools {
  private Pools() {}

  static HikariDataSource open(Settings.Database database, String instanceId) {
    return Databases.pool(
        database.jdbcUrl().reveal(),
        database.user(),
        () -> database.passwordNow().map(Secret::reveal),
        database.poolSize(),
        instanceId);
  }

  /** Why there is no connection to the database, if there is none. */
  static <T> Optional<Opened<T>> unopened(HikariDataSource pool, Settings.Database database) {
    try (Connection connection = pool.getConnection()) {
      return connection.isClosed()
          ? Optional.of(new Opened.Unreachable<>("the connection was closed", ""))
          : Optional.empty();
    } catch (SQLException e) {
      return Optional.of(unopened(e, database));
    }
  }

  private static <T> Opened<T> unopened(SQLException e, Settings.Database database) {
    String state = SqlStates.of(e);
    return SqlStates.isRefused(e)
        ? new Opened.Refused<>(
            database.shownUrl()
                + " refused the login (SQLSTATE "
                + state
                + "): "
                + message(e)
                + "; "
                + remedy(state, database),
            state)
        : new Opened.Unreachable<>(message(e), state);
  }

  /** What came of opening the database when a statement failed meanwhile. */
  static <T> Opened<T> failed(JdbiException e) {
    Optional<SQLException> sql = sqlException(e);
    String state = sql.map(SqlStates::of).orElse("");
    return sql.filter(failure -> !SqlStates.isPassing(failure)).isPresent()
        ? new Opened.Unusable<>(
            List.of("the database cannot be used (SQLSTATE " + state + "): " + message(e)))
        : new Opened.Unreachable<>(message(e), state);
  }

  private static String remedy(String sqlState, Settings.Database database) {
    String user = database.user().map(name -> " " + name).orElse("");
    return switch (sqlState) {
      case "28P01" ->
          "correct DATABASE_PASSWORD, or the text in DATABASE_PASSWORD_FILE, or DATABASE_USER";
      case "28000" ->
          "correct DATABASE_USER, give the role"
              + user
              + " the attribute LOGIN, or admit it in pg_hba.conf";
      case "3D000" -> "correct the name of the database in DATABASE_URL";
      case "42501" -> "GRANT CONNECT on the database to the role" + user;
      case "08004" -> "correct DATABASE_PASSWORD and the parameters in DATABASE_URL";
      case "55000" -> "the database must allow connections";
      default -> "correct DATABASE_URL";
    };
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
      if (isUnavailable(e)) {
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
    String message =
        cause instanceof UnknownHostException
            ? "unknown host " + cause.getMessage()
            : Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getName());
    return message.lines().findFirst().orElse("");
  }

  /** Whether the database failed somewhere within what Flyway did with it. */
  private static boolean isUnavailable(FlywayException e) {
    return sqlException(e).isPresent()
        && switch (DatabaseFailure.of(e).scope()) {
          case CONNECTION, SERVER -> true;
          case ROW, STATEMENT, CONFIGURATION -> false;
        };
  }

  /** What the database failed with, if it did. */
  private static Optional<SQLException> sqlException(Throwable e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql) {
        return Optional.of(sql);
      }
    }
    return Optional.empty();
  }
}
