package io.staleorders.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

/**
 * An HTTP server on the loopback address that does to each request what its script says, down to
 * the bytes: resets, silences and nonsense included. Every request is remembered.
 */
public final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final Queue<Act> script = new ConcurrentLinkedQueue<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<Socket> connections = new CopyOnWriteArrayList<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile Optional<Act> otherwise = Optional.empty();

  private ScriptedServer(ServerSocket listener) {
    this.listener = listener;
  }

  /** Starts a server on a free port. */
  public static ScriptedServer start() {
    try {
      ScriptedServer server =
          new ScriptedServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
      Thread.ofVirtual().start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What is done to one request. */
  @FunctionalInterface
  public interface Act {
    void play(Received request, Socket connection) throws IOException, InterruptedException;
  }

  /**
   * A request as it came.
   *
   * @param target path and query, as sent
   * @param headers by name, whose case does not count
   */
  public record Received(String method, String target, Map<String, String> headers, String body) {
    /** A header's value; empty if it is not there. */
    public String header(String name) {
      return headers.getOrDefault(name, "");
    }
  }

  /** Does this to the next request that nothing is planned for yet. */
  public ScriptedServer then(Act act) {
    script.add(act);
    return this;
  }

  /** Does this to every request that nothing else is planned for. */
  public ScriptedServer always(Act act) {
    otherwise = Optional.of(act);
    return this;
  }

  /** Every request so far, oldest first. */
  public List<Received> requests() {
    return List.copyOf(received);
  }

  /** How many connections have been made. */
  public int connections() {
    return connections.size();
  }

  /** {@code http://host:port}. */
  public URI uri() {
    return URI.create("http://" + authority());
  }

  /** {@code host:port}. */
  public String authority() {
    return listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
  }

  /** Answers; the connection stays open for more. */
  public static Act reply(int status, Map<String, String> headers, byte[] body) {
    return (request, connection) -> {
      StringBuilder head = new StringBuilder("HTTP/1.1 " + status + " Scripted\r\n");
      headers.forEach((name, value) -> head.append(name + ": " + value + "\r\n"));
      if (status != 204) {
        head.append("Content-Length: " + body.length + "\r\n");
      }
      send(connection, (head + "\r\n").getBytes(ISO_8859_1));
      send(connection, body);
    };
  }

  /** Sends these bytes, HTTP or not, and closes the connection. */
  public static Act bytes(byte[] bytes) {
    return (request, connection) -> {
      send(connection, bytes);
      connection.close();
    };
  }

  /** Sends these bytes, then resets the connection. */
  public static Act bytesThenReset(byte[] bytes) {
    return (request, connection) -> {
      send(connection, bytes);
      connection.setSoLinger(true, 0);
      connection.close();
    };
  }

  /** Resets the connection instead of answering. */
  public static Act reset() {
    return bytesThenReset(new byte[0]);
  }

  /** Closes the connection instead of answering. */
  public static Act hangUp() {
    return bytes(new byte[0]);
  }

  /** Says nothing, until this server is closed. */
  public Act silence() {
    return bytesThenSilence(new byte[0]);
  }

  /** Sends these bytes and nothing more, until this server is closed. */
  public Act bytesThenSilence(byte[] bytes) {
    return (request, connection) -> {
      send(connection, bytes);
      closed.await();
    };
  }

  @Override
  public void close() {
    closed.countDown();
    closeQuietly(listener);
    connections.forEach(ScriptedServer::closeQuietly);
  }

  private static void send(Socket connection, byte[] bytes) throws IOException {
    connection.getOutputStream().write(bytes);
    connection.getOutputStream().flush();
  }

  private void accept() {
    try {
      while (!listener.isClosed()) {
        Socket connection = listener.accept();
        connection.setTcpNoDelay(true);
        connections.add(connection);
        Thread.ofVirtual().start(() -> serve(connection));
      }
    } catch (IOException e) {
      // Closed: nothing more to accept.
    }
  }

  private void serve(Socket connection) {
    try (connection) {
      InputStream in = new BufferedInputStream(connection.getInputStream());
      for (Optional<Received> next = read(in);
          next.isPresent() && !connection.isClosed();
          next = read(in)) {
        received.add(next.get());
        act().play(next.get(), connection);
      }
    } catch (IOException e) {
      // The client went away, or this server was closed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Act act() {
    Act planned = script.poll();
    return planned == null ? otherwise.orElse(hangUp()) : planned;
  }

  /** The next request; empty at the end of the connection, or if what comes is no request. */
  private static Optional<Received> read(InputStream in) throws IOException {
    String[] first = line(in).split(" ", -1);
    if (first.length < 3) {
      return Optional.empty();
    }
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
    String body = new String(in.readNBytes(length), ISO_8859_1);
    return Optional.of(new Received(first[0], first[1], headers, body));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b = in.read(); b != -1 && b != '\n'; b = in.read()) {
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(ISO_8859_1);
  }

  private static void closeQuietly(Closeable resource) {
    try {
      resource.close();
    } catch (IOException e) {
      // It is of no more use either way.
    }
  }
}
