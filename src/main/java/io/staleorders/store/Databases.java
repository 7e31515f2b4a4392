package io.staleorders.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Optional;
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

  /** Remembers the statements that it has parsed. */
  private static final SqlParser PARSER = new ColonPrefixSqlParser();

  private Databases() {}

  /**
   * A pool of connections. It is made even when the database does not answer; its first use then
   * fails.
   *
   * @param url {@code jdbc:postgresql://…}; what it sets itself is left as it is
   */
  public static HikariDataSource pool(
      String url, Optional<String> user, Optional<String> password, int size, String instanceId) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("orders");
    config.setJdbcUrl(url);
    user.ifPresent(config::setUsername);
    password.ifPresent(config::setPassword);
    config.setMaximumPoolSize(size);
    if (size > MOST_IDLE) {
      config.setMinimumIdle(MOST_IDLE);
      config.setIdleTimeout(IDLE_TIME.toMillis());
    }
    config.setConnectionTimeout(5_000);
    config.setValidationTimeout(2_000);
    config.setInitializationFailTimeout(-1);
    addUnlessInUrl(config, url, "ApplicationName", "stale-order-closer " + instanceId);
    addUnlessInUrl(config, url, "connectTimeout", "5");
    addUnlessInUrl(config, url, "socketTimeout", "30");
    addUnlessInUrl(config, url, "tcpKeepAlive", "true");
    // No prepared statement is left in a session that another may get next.
    addUnlessInUrl(config, url, "prepareThreshold", "0");
    return new HikariDataSource(config);
  }

  private static void addUnlessInUrl(HikariConfig config, String url, String name, String value) {
    if (!url.contains(name + "=")) {
      config.addDataSourceProperty(name, value);
    }
  }

  /** Jdbi as this package uses it: statements are complete before they reach it. */
  public static Jdbi jdbi(DataSource dataSource) {
    Jdbi jdbi = Jdbi.create(dataSource).installPlugin(new PostgresPlugin());
    jdbi.getConfig(SqlStatements.class).setTemplateEngine(TemplateEngine.NOP).setSqlParser(PARSER);
    return jdbi;
  }
}
