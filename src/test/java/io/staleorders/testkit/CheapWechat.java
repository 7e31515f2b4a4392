package io.staleorders.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.staleorders.sandbox.SandboxKeys;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.Signature;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A WeChat Pay that closes whatever it is asked to close, for measuring the service rather than its
 * counterpart: it checks and remembers nothing. Replies are signed; that of a 204, whose body is
 * empty, once a second.
 */
public final class CheapWechat implements AutoCloseable {
  private static final Pattern QUERY =
      Pattern.compile(
          "GET /v3/pay/partner/transactions/out-trade-no/([^?]+)\\?sp_mchid=([0-9]+)&sub_mchid=([0-9]+) ");

  private static final String COUNTS = "GET /counts ";
  private static final String DELAY = "PUT /delay/";

  private static final String CONTENT_LENGTH = "Content-Length: ";

  /** Of one client that sends its next request when it has the reply to the last. */
  private static final int LONGEST_REQUEST = 4_096;

  private static final String NONCE = "593BEC0C930BF1AFEB40B4A08C8FB242";

  private static final String ALGORITHM = "SHA256withRSA";

  private final SandboxKeys keys;
  private final Provider provider;
  private final PrivateKey key;
  private final ServerSocket listener;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final LongAdder closes = new LongAdder();
  private final LongAdder queries = new LongAdder();
  private volatile Duration delay = Duration.ZERO;
  private volatile EmptyReply closedReply = new EmptyReply(0, "");

  /** A whole 204, as signed in one second. */
  private record EmptyReply(long second, String text) {}

  private CheapWechat(SandboxKeys keys, ServerSocket listener) {
    this.keys = keys;
    this.listener = listener;
    this.provider = cheapest();
    try {
      KeyFactory factory = KeyFactory.getInstance("RSA", provider);
      this.key = (PrivateKey) factory.translateKey(keys.wechatPay().getPrivate());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every provider has RSA", e);
    }
  }

  /** One that signs in a third of the JDK's time, where its native library loads. */
  private static Provider cheapest() {
    return ServiceLoader.load(Provider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(one -> one.getService("Signature", ALGORITHM) != null)
        .filter(one -> one.getName().startsWith("AmazonCorretto"))
        .findFirst()
        .orElseGet(() -> Security.getProvider("SunRsaSign"));
  }

  /** Starts one in this process, on a free port of the loopback address. */
  public static CheapWechat start() {
    try {
      ServerSocket listener = new ServerSocket(0, 1_000, InetAddress.getLoopbackAddress());
      CheapWechat server = new CheapWechat(SandboxKeys.inMemory(), listener);
      Thread.ofPlatform().name("cheap-wechat").daemon().start(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Runs one until the process that started this one closes its standard input; prints the settings
   * of its clients, a JSON object in one line.
   *
   * @param args the delay of each reply in milliseconds, if any
   */
  public static void main(String[] args) throws IOException {
    try (CheapWechat server = start()) {
      server.delay(Duration.ofMillis(args.length == 0 ? 0 : Long.parseLong(args[0])));
      System.out.println(new ObjectMapper().writeValueAsString(server.settings()));
      int ended = System.in.read();
      while (ended != -1) {
        ended = System.in.read();
      }
    }
  }

  /** How a service has to be set up that uses it. */
  public Map<String, String> settings() {
    return Map.of(
        "WECHATPAY_SP_MCHID", keys.spMchid(),
        "WECHATPAY_CERT_SERIAL_NO", keys.merchantSerial(),
        "WECHATPAY_PRIVATE_KEY", keys.merchantPrivateKeyPem(),
        "WECHATPAY_PUBLIC_KEY_ID", keys.publicKeyId(),
        "WECHATPAY_PUBLIC_KEY", keys.wechatPayPublicKeyPem(),
        "WECHATPAY_BASE_URL", baseUrl());
  }

  /** {@code http://host:port}. */
  public String baseUrl() {
    return "http://127.0.0.1:" + listener.getLocalPort();
  }

  /** Every reply comes so much later from now on. */
  public void delay(Duration ofReplies) {
    delay = ofReplies;
  }

  /** Close calls so far. */
  public long closes() {
    return closes.sum();
  }

  /** Queries so far. */
  public long queries() {
    return queries.sum();
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      listener.close();
      for (Socket connection : connections) {
        connection.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
      InputStream in = connection.getInputStream();
      byte[] buffer = new byte[LONGEST_REQUEST];
      int filled = 0;
      for (int got = in.read(buffer);
          got > 0;
          got = in.read(buffer, filled, LONGEST_REQUEST - filled)) {
        filled += got;
        String request = new String(buffer, 0, filled, ISO_8859_1);
        if (request.length() >= length(request)) {
          connection.getOutputStream().write(reply(request).getBytes(ISO_8859_1));
          filled = 0;
        }
      }
    } catch (IOException e) {
      // The client went away, or this server was closed.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      connections.remove(connection);
    }
  }

  /** How long the request is that begins so; endless, where that is not said yet. */
  private static int length(String beginning) {
    int body = beginning.indexOf("\r\n\r\n") + 4;
    if (body < 4) {
      return Integer.MAX_VALUE;
    }
    int header = beginning.lastIndexOf(CONTENT_LENGTH, body);
    if (header < 0) {
      return body;
    }
    int from = header + CONTENT_LENGTH.length();
    return body + Integer.parseInt(beginning, from, beginning.indexOf('\r', from), 10);
  }

  private String reply(String request) throws InterruptedException {
    if (request.startsWith(COUNTS)) {
      return text(200, "", "%d %d".formatted(closes(), queries()));
    }
    if (request.startsWith(DELAY)) {
      delay(Duration.ofMillis(Long.parseLong(request.split("[ /]", -1)[3])));
      return text(200, "", "");
    }
    if (delay.isPositive() && closed.await(delay.toNanos(), TimeUnit.NANOSECONDS)) {
      return "";
    }
    Matcher query = QUERY.matcher(request);
    if (!query.lookingAt()) {
      closes.increment();
      return closedReply();
    }
    queries.increment();
    String body =
        "{\"out_trade_no\":\"%s\",\"sp_mchid\":\"%s\",\"sub_mchid\":\"%s\",\"trade_state\":\"CLOSED\"}"
            .formatted(query.group(1), query.group(2), query.group(3));
    return text(200, signature(second(), body), body);
  }

  private String closedReply() {
    long second = second();
    EmptyReply last = closedReply;
    if (last.second() != second) {
      last = new EmptyReply(second, text(204, signature(second, ""), ""));
      closedReply = last;
    }
    return last.text();
  }

  private static String text(int status, String signature, String body) {
    String length = status == 204 ? "" : "Content-Length: " + body.length() + "\r\n";
    return "HTTP/1.1 %d Cheap\r\nContent-Type: application/json\r\nRequest-ID: 08cheap-0\r\n%s%s\r\n%s"
        .formatted(status, length, signature, body);
  }

  private String signature(long second, String body) {
    try {
      Signature signature = Signature.getInstance(ALGORITHM, provider);
      signature.initSign(key);
      signature.update("%d\n%s\n%s\n".formatted(second, NONCE, body).getBytes(UTF_8));
      return "Wechatpay-Serial: %s\r\nWechatpay-Timestamp: %d\r\nWechatpay-Nonce: %s\r\nWechatpay-Signature: %s\r\n"
          .formatted(
              keys.publicKeyId(),
              second,
              NONCE,
              Base64.getEncoder().encodeToString(signature.sign()));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  private static long second() {
    return InstantSource.system().instant().getEpochSecond();
  }
}
