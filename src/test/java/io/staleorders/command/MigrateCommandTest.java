package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Database;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.Ran;
import java.util.HashMap;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.Test;

/** {@code migrate}, which needs no more than the database's settings. */
class MigrateCommandTest {
  private final Database database = Postgres.freshDatabase();
  private final Jdbi jdbi = Jdbi.create(database.dataSource());
  private final Map<String, String> settings =
      new HashMap<>(
          Map.of(
              "DATABASE_URL", database.jdbcUrl(),
              "DATABASE_USER", database.user(),
              "DATABASE_PASSWORD", database.password()));

  private Ran migrate() {
    return Commands.run(settings, "migrate");
  }

  private int tables() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT count(*) FROM pg_tables WHERE schemaname = 'order_closer'")
                .mapTo(Integer.class)
                .one());
  }

  @Test
  void makesTheSchemaAndTheSecondTimeNothing() {
    Ran first = migrate();
    int tables = tables();
    Ran second = migrate();

    assertThat(first.exitCode()).isZero();
    assertThat(first.out()).contains("schema order_closer is up to date");
    assertThat(tables).isEqualTo(7);
    assertThat(second.exitCode()).isZero();
    assertThat(tables()).isEqualTo(7);
  }

  @Test
  void roleThatMayNotIsToldTheStatementThatLetsIt() {
    String role = "plain_" + database.jdbcUrl().replaceAll(".*_", "");
    jdbi.useHandle(handle -> handle.execute("CREATE ROLE " + role + " LOGIN PASSWORD 'p'"));
    settings.put("DATABASE_USER", role);
    settings.put("DATABASE_PASSWORD", "p");

    Ran refused = migrate();
    String problem = refused.log("settings_invalid").getFirst().path("problems").path(0).asText();
    String statement = problem.substring(problem.indexOf("GRANT CREATE"));
    jdbi.useHandle(handle -> handle.execute(statement));
    Ran allowed = migrate();

    assertThat(refused.exitCode()).isEqualTo(2);
    assertThat(problem).contains("permission denied");
    assertThat(allowed.exitCode()).isZero();
    assertThat(tables()).isEqualTo(7);
  }

  @Test
  void databaseAwayIsAFailure() {
    settings.put("DATABASE_URL", "jdbc:postgresql://localhost:1/shop");

    Ran ran = migrate();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.lines()).singleElement().asString().contains("the database does not answer");
  }

  @Test
  void settingsWithoutADatabaseAreRefused() {
    settings.remove("DATABASE_URL");

    assertThat(migrate().exitCode()).isEqualTo(2);
  }
}
