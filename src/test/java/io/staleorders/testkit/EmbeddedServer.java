package io.staleorders.testkit;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A PostgreSQL server as a process of this machine, which a test can stop, kill and start again:
 * the data and the port stay. Also runs as root.
 */
public final class EmbeddedServer implements AutoCloseable {
  private static final String SUPERUSER = "postgres";

  /** A jar with binaries of another version than the one on the class path; empty for that one. */
  private static final String BINARIES = System.getProperty("postgres.binaries", "");

  private static final Path MEMORY = Path.of("/dev/shm");
  private static final Duration TIME_TO_START = Duration.ofMinutes(1);
  private static final long ROOM_IN_MEMORY_BYTES = 2L << 30;

  private final Path directory;
  private final Map<String, String> settings;
  private final Path dataDirectory;
  private Optional<EmbeddedPostgres> server = Optional.empty();
  private final int port = Ports.free();
  private boolean closed;

  private EmbeddedServer(Path directory, Map<String, String> settings) {
    this.directory = directory;
    this.settings = settings;
    this.dataDirectory = directory.resolve("data");
  }

  static EmbeddedServer launch() {
    try {
      return launch(placeForData(), PostgresSettings.ALL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Starts a server.
   *
   * @param place the folder for its data, which end with it
   * @param settings as in {@code postgresql.conf}
   */
  public static EmbeddedServer launch(Path place, Map<String, String> settings) {
    try {
      EmbeddedServer server =
          new EmbeddedServer(Files.createTempDirectory(place, "postgres-test-"), settings);
      // Before it starts: a JVM that is interrupted meanwhile leaves nothing behind.
      Runtime.getRuntime().addShutdownHook(new Thread(server::close));
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** In memory where that is roomy, which saves seconds; else where temporary files go. */
  private static Path placeForData() throws IOException {
    if (Files.isWritable(MEMORY)
        && Files.getFileStore(MEMORY).getUsableSpace() >= ROOM_IN_MEMORY_BYTES) {
      return MEMORY;
    }
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** The database {@code postgres} of this server. */
  public Database database() {
    return new Database("jdbc:postgresql://localhost:" + port + "/postgres", SUPERUSER, SUPERUSER);
  }

  /** Stops the server in good order; open connections are cut. */
  public synchronized void stop() {
    try {
      if (server.isPresent()) {
        server.get().close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills every process of the server at once, as a crash of the machine would. */
  public void kill() {
    ProcessHandle postmaster = ProcessHandle.of(postmasterPid()).orElseThrow();
    List<ProcessHandle> backends = postmaster.descendants().toList();
    postmaster.destroyForcibly();
    backends.forEach(ProcessHandle::destroyForcibly);
    postmaster.onExit().join();
    // Only lets go of the lock on the data directory; that there is nothing to stop is logged.
    stop();
  }

  /** Stops the server as {@code pg_ctl stop -m immediate} does. */
  public void stopImmediately() {
    ProcessHandle postmaster = postmaster();
    signal("QUIT", List.of(postmaster));
    postmaster.onExit().join();
    stop();
  }

  /** Freezes every process of the server (SIGSTOP): connections stay open, nothing answers. */
  public void freeze() {
    signal("STOP", all());
  }

  /** Lets a frozen one go on (SIGCONT). */
  public void thaw() {
    signal("CONT", all());
  }

  private List<ProcessHandle> all() {
    ProcessHandle postmaster = postmaster();
    return Stream.concat(Stream.of(postmaster), postmaster.descendants()).toList();
  }

  private ProcessHandle postmaster() {
    return ProcessHandle.of(postmasterPid()).orElseThrow();
  }

  private static void signal(String name, List<ProcessHandle> processes) {
    Stream<String> pids = processes.stream().map(process -> Long.toString(process.pid()));
    List<String> command = Stream.concat(Stream.of("kill", "-" + name), pids).toList();
    try {
      // One of them may have ended meanwhile.
      new ProcessBuilder(command).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Starts the server again after {@link #stop} or {@link #kill}. */
  public synchronized void start() {
    if (closed) {
      throw new IllegalStateException("closed for good");
    }
    try {
      server = Optional.of(builder().setPort(port).start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes a server that follows this one by streaming replication; for that this one is stopped and
   * started again. The caller closes it.
   */
  public synchronized EmbeddedServer standby() {
    stop();
    try {
      EmbeddedServer standby =
          new EmbeddedServer(
              Files.createTempDirectory(directory.getParent(), "postgres-test-"), settings);
      Runtime.getRuntime().addShutdownHook(new Thread(standby::close));
      copy(dataDirectory, standby.dataDirectory);
      start();
      standby.follow(this);
      return standby;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts this server, which is stopped, as a read-only standby of {@code primary}. */
  public void follow(EmbeddedServer primary) {
    try {
      Files.writeString(dataDirectory.resolve("standby.signal"), "");
      Files.writeString(
          dataDirectory.resolve("postgresql.auto.conf"),
          "primary_conninfo = 'host=localhost port=%d user=%s'\n"
              .formatted(primary.port, SUPERUSER),
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    start();
  }

  /** From now on this role has to log in by its password; the others need none. */
  public void requirePassword(String role) {
    Path rules = dataDirectory.resolve("pg_hba.conf");
    try {
      Files.writeString(
          rules, "host all " + role + " all scram-sha-256\n" + Files.readString(rules));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Shop.existing(database()).text("SELECT pg_reload_conf()");
  }

  public int port() {
    return port;
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
  }

  /** Stops the server for good and removes its data. The end of the JVM does so too. */
  @Override
  public synchronized void close() {
    closed = true;
    stop();
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(EmbeddedServer::delete);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private EmbeddedPostgres.Builder builder() {
    EmbeddedPostgres.Builder builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(dataDirectory)
            .setCleanDataDirectory(false)
            .setRegisterShutdownHook(false)
            .setPGStartupWait(TIME_TO_START)
            .setLocaleConfig("locale", "C");
    settings.forEach(builder::setServerConfig);
    if (!BINARIES.isEmpty()) {
      builder.setPgBinaryResolver((system, machine) -> binaries());
    }
    return builder;
  }

  /** The one archive in a jar of binaries: two versions of them cannot be on one class path. */
  private static InputStream binaries() throws IOException {
    try (ZipFile jar = new ZipFile(BINARIES)) {
      ZipEntry archive =
          jar.stream().filter(entry -> entry.getName().endsWith(".txz")).findFirst().orElseThrow();
      return new ByteArrayInputStream(jar.getInputStream(archive).readAllBytes());
    }
  }

  private long postmasterPid() {
    try (Stream<String> lines = Files.lines(dataDirectory.resolve("postmaster.pid"))) {
      return Long.parseLong(lines.findFirst().orElseThrow().strip());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path path) {
    try {
      Files.deleteIfExists(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
