package io.staleorders.testkit;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * One PostgreSQL server for the whole test JVM, in a container where Docker answers, else as a
 * process of this machine. {@code -Dpostgres.by=docker} or {@code embedded} insists on one.
 */
public final class Postgres {
  private static final Logger log = LoggerFactory.getLogger(Postgres.class);

  private static final String IMAGE = "postgres:17-alpine";
  private static final int DOCKER_LIMIT_SECONDS = 30;

  private static final AtomicInteger databases = new AtomicInteger();
  private static final Map<String, Database> templates = new HashMap<>();

  private Postgres() {}

  /** The server, started when a test first asks for it. */
  private static final class Shared {
    static final Database DATABASE = startServer(System.getProperty("postgres.by", "either"));
  }

  /** A new, empty database of the shared server; the end of the test drops it. */
  public static Database freshDatabase() {
    return forThisTest("template1");
  }

  /**
   * A new, empty database of the shared server in another encoding; the end of the test drops it.
   *
   * @param encoding as PostgreSQL calls it; its locale is C
   */
  public static Database freshDatabaseIn(String encoding) {
    return forThisTest("template0 ENCODING '" + encoding + "' LC_COLLATE 'C' LC_CTYPE 'C'");
  }

  /**
   * A new database of the shared server, copied from one that {@code prepare} filled when a test
   * first asked for this template: migrations run once, not once a test.
   *
   * @param template a plain lower-case identifier; always used with the same {@code prepare}
   */
  public static Database freshDatabase(String template, Consumer<Database> prepare) {
    return forThisTest(prepared(template, prepare));
  }

  private static Database forThisTest(String template) {
    Database database = create("test_" + databases.incrementAndGet(), template);
    TestScope.current().ifPresent(scope -> scope.opened(database, () -> drop(database)));
    return database;
  }

  /** Ends what is still connected to a database of the shared server, and drops it. */
  private static void drop(Database database) {
    execute("DROP DATABASE " + database.name() + " WITH (FORCE)");
  }

  /** A server of its own, for a test that stops or kills it; the test closes it. */
  public static EmbeddedServer ownServer() {
    return EmbeddedServer.launch();
  }

  private static synchronized String prepared(String template, Consumer<Database> prepare) {
    String name = "template_" + template;
    templates.computeIfAbsent(
        name,
        absent -> {
          Database database = create(absent, "template1");
          prepare.accept(database);
          return database;
        });
    return name;
  }

  private static Database create(String name, String template) {
    execute("CREATE DATABASE " + name + " TEMPLATE " + template);
    return Shared.DATABASE.named(name);
  }

  private static void execute(String sql) {
    try (Connection connection = Shared.DATABASE.dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  private static Database startServer(String by) {
    return switch (by) {
      case "docker" -> inContainer();
      case "embedded" -> EmbeddedServer.launch().database();
      case "either" -> inContainerOrEmbedded();
      default -> throw new IllegalArgumentException("postgres.by is docker or embedded: " + by);
    };
  }

  private static Database inContainerOrEmbedded() {
    try {
      return CompletableFuture.supplyAsync(Postgres::inContainer, Thread::startVirtualThread)
          .get(DOCKER_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      log.info("Tests use the embedded PostgreSQL, Docker does not: {}", e.getMessage());
    } catch (TimeoutException e) {
      log.info("Tests use the embedded PostgreSQL, Docker takes too long");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while PostgreSQL was starting", e);
    }
    return EmbeddedServer.launch().database();
  }

  /** Removed by Testcontainers when this JVM is gone. */
  @SuppressWarnings("resource")
  private static Database inContainer() {
    PostgreSQLContainer container =
        new PostgreSQLContainer(IMAGE)
            .withDatabaseName("postgres")
            .withUsername("postgres")
            .withPassword("postgres")
            .withTmpFs(Map.of("/var/lib/postgresql/data", "rw"))
            .withCommand(commandLine());
    container.start();
    String url =
        "jdbc:postgresql://%s:%d/postgres"
            .formatted(
                container.getHost(), container.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT));
    return new Database(url, container.getUsername(), container.getPassword());
  }

  private static String commandLine() {
    StringBuilder command = new StringBuilder("postgres");
    PostgresSettings.ALL.forEach(
        (name, value) -> command.append(" -c ").append(name).append('=').append(value));
    return command.toString();
  }
}
