package io.staleorders.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** The program {@code pgbouncer} in transaction mode, between a test and one database. */
public final class PgBouncer implements AutoCloseable {
  private final Path config;
  private final int port;
  private final Database behind;
  private Process process;

  private PgBouncer(Path config, int port, Database behind, Process process) {
    this.config = config;
    this.port = port;
    this.behind = behind;
    this.process = process;
  }

  /** Whether this machine has the program. */
  public static boolean isInstalled() {
    return program().isPresent();
  }

  private static Optional<Path> program() {
    return Stream.concat(
            Stream.of(System.getenv().getOrDefault("PATH", "").split(":", -1)),
            Stream.of("/usr/sbin", "/usr/local/sbin"))
        .map(folder -> Path.of(folder, "pgbouncer"))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /**
   * Starts it.
   *
   * @param folder for its configuration
   * @param connections to the database, at most
   */
  public static PgBouncer start(Path folder, Database behind, int connections) {
    URI server = URI.create(behind.jdbcUrl().substring("jdbc:".length()));
    int port = Ports.free();
    Path config = folder.resolve("pgbouncer.ini");
    try {
      Files.writeString(
          config,
          """
      [databases]
      shop = host=%s port=%d dbname=%s user=%s password=%s
      [pgbouncer]
      listen_addr = 127.0.0.1
      listen_port = %d
      unix_socket_dir =
      auth_type = any
      pool_mode = transaction
      default_pool_size = %d
      ignore_startup_parameters = extra_float_digits
      """
              .formatted(
                  server.getHost(),
                  server.getPort(),
                  server.getPath().substring(1),
                  behind.user(),
                  behind.password(),
                  port,
                  connections));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new PgBouncer(config, port, behind, launch(config, port));
  }

  /** The database as it is reached through it. */
  public Database database() {
    return new Database(
        "jdbc:postgresql://127.0.0.1:" + port + "/shop", behind.user(), behind.password());
  }

  /** Kills it, and with it every connection. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Starts it again, at the same port. */
  public void startAgain() {
    process = launch(config, port);
  }

  @Override
  public void close() {
    kill();
  }

  private static Process launch(Path config, int port) {
    List<String> command = new ArrayList<>();
    command.add(program().orElseThrow().toString());
    if ("root".equals(System.getProperty("user.name"))) {
      command.addAll(List.of("-u", "nobody"));
    }
    command.addAll(List.of("-q", config.toString()));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).inheritIO().start();
      Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
      Awaitility.await().until(() -> answers(port));
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean answers(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
