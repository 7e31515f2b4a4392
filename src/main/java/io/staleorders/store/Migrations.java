package io.staleorders.store;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.output.MigrateResult;

/** The service's own schema, {@code order_closer}. */
public final class Migrations {
  private final Flyway flyway;

  public Migrations(DataSource dataSource) {
    this.flyway =
        Flyway.configure()
            .dataSource(UnchangedSessions.of(dataSource))
            .schemas("order_closer")
            .locations("classpath:db/migration")
            .sqlMigrationSeparator("__")
            .validateMigrationNaming(true)
            .load();
  }

  /**
   * Brings the schema up to this version.
   *
   * @return how many migrations were carried out
   */
  public int migrate() {
    MigrateResult result = flyway.migrate();
    return result.migrationsExecuted;
  }

  /** How many migrations this version has that the database has not. */
  public int pending() {
    return flyway.info().pending().length;
  }
}
