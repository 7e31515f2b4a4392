package io.staleorders.bench;

import io.staleorders.testkit.CheapWechatProcess;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.EmbeddedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A PostgreSQL that keeps what it is told, on disk, and a WeChat Pay, each a process of its own.
 */
final class Stage implements AutoCloseable {
  static final Duration DELAY = Duration.ofMillis(20);

  /**
   * PostgreSQL's own defaults, but for its memory. The server that is embedded does not wait for
   * its disk, unless it is told to.
   */
  private static final Map<String, String> SETTINGS =
      Map.of(
          "fsync", "on",
          "synchronous_commit", "on",
          "shared_buffers", "1GB",
          "max_wal_size", "8GB",
          "checkpoint_timeout", "15min",
          "max_connections", "200");

  private final EmbeddedServer server;
  private final CheapWechatProcess wechat;
  private final AtomicInteger databases = new AtomicInteger();

  private Stage(EmbeddedServer server, CheapWechatProcess wechat) {
    this.server = server;
    this.wechat = wechat;
  }

  static Stage open() {
    try {
      Path place = Files.createDirectories(Path.of("target", "bench").toAbsolutePath());
      return new Stage(EmbeddedServer.launch(place, SETTINGS), CheapWechatProcess.start(DELAY));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An empty shop. */
  BenchShop shop() {
    Database main = server.database();
    String name = "shop_" + databases.incrementAndGet();
    execute("CREATE DATABASE " + name);
    String url = main.jdbcUrl().substring(0, main.jdbcUrl().lastIndexOf('/') + 1) + name;
    return BenchShop.open(new Database(url, main.user(), main.password()));
  }

  /** The shop's database is dropped, its clients cut off. */
  void drop(BenchShop shop) {
    String url = shop.database().jdbcUrl();
    execute("DROP DATABASE " + url.substring(url.lastIndexOf('/') + 1) + " WITH (FORCE)");
  }

  CheapWechatProcess wechat() {
    return wechat;
  }

  /** Executes one statement in the server's own database. */
  void execute(String sql) {
    try (Connection connection = server.database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    wechat.close();
    server.close();
  }
}
