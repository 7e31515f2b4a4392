package io.staleorders.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;
import org.jdbi.v3.postgres.PostgresPlugin;

/** Connections to PostgreSQL, such that they work behind PgBouncer in transaction mode too. */
public final class Databases {
  /** How many connections stay open although nobody uses them. */
  private static final int MOST_IDLE = 2;

  /** How long the others do. */
  private static final Duration IDLE_TIME = Duration.ofMinutes(1);

  /** How long a session that was idle may take to show that its server takes writes. */
  private static final Duration VALIDATION = Duration.ofSeconds(2);

  /** Remembers the statements that it has parsed. */
  private static final SqlParser PARSER = new ColonPrefixSqlParser();

  private Databases() {}

  /** A pool of connections whose password stays the same. */
  public static HikariDataSource pool(
      String url, Optional<String> user, Optional<String> password, int size, String instanceId) {
    return pool(url, user, () -> password, size, instanceId);
  }

  /**
   * A pool of connections. It is made even when the database does not answer; its first use then
   * fails.
   *
   * @param url {@code jdbc:postgresql://…}; what it sets itself takes precedence
   * @param password read now, and again whenever the server refuses the login
   */
  public static HikariDataSource pool(
      String url,
      Optional<String> user,
      Supplier<Optional<String>> password,
      int size,
      String instanceId) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("orders");
    config.setMaximumPoolSize(size);
    if (size > MOST_IDLE) {
      config.setMinimumIdle(MOST_IDLE);
      config.setIdleTimeout(IDLE_TIME.toMillis());
    }
    config.setValidationTimeout(VALIDATION.toMillis());
    config.setInitializationFailTimeout(-1);
    return ShopPool.open(
        config, new ConnectionSource(url, user, password, "stale-order-closer " + instanceId));
  }

  /** Jdbi as this package uses it: statements are complete before they reach it. */
  public static Jdbi jdbi(DataSource dataSource) {
    Jdbi jdbi = Jdbi.create(dataSource).installPlugin(new PostgresPlugin());
    jdbi.getConfig(SqlStatements.class).setTemplateEngine(TemplateEngine.NOP).setSqlParser(PARSER);
    return jdbi;
  }
}
