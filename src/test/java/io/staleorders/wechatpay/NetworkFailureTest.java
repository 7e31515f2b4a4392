package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.SP;
import static io.staleorders.wechatpay.FakeWechat.signed;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.order.Call;
import io.staleorders.order.Exchange;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.Reply;
import io.staleorders.testkit.Fast;
import io.staleorders.testkit.Ports;
import io.staleorders.testkit.ScriptedServer;
import io.staleorders.testkit.ScriptedServer.Act;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the network does, a call comes to a reply, and one call is one request. */
@Fast
class NetworkFailureTest {
  private static final OutTradeNo NUMBER = new OutTradeNo("20260301A1");
  private static final Merchant SHOP = new Merchant(SP, new MerchantId("1900000110"));
  private static final Duration SHORT = Duration.ofMillis(300);
  private static final Duration LONG = Duration.ofSeconds(20);

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aRefusedConnectionIsNoResponse() throws IOException {
    Exchange exchange = noResponse(call(nobodyListens(), LONG));

    assertThat(exchange.code()).contains("CONNECTION_REFUSED");
    assertThat(exchange.httpStatus()).isEmpty();
    assertThat(exchange.verified()).isFalse();
    assertThat(exchange.message()).isPresent();
  }

  @Test
  void aResetConnectionIsNoResponse() {
    assertThat(noResponse(call(ScriptedServer.reset(), LONG)).code()).contains("CONNECTION_RESET");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void anEmptyReplyIsNoResponse() {
    assertThat(noResponse(call(ScriptedServer.hangUp(), LONG)).code()).contains("CONNECTION_RESET");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void silenceIsNoResponse() {
    assertThat(noResponse(call(server.silence(), SHORT)).code()).contains("TIMEOUT");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aTimeoutWhileConnectingIsNoResponse() throws IOException {
    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertThat(noResponse(call(tls(mute), SHORT)).code()).contains("TIMEOUT");
    }
  }

  @Test
  void whatIsNoTlsIsNoResponse() throws IOException {
    try (ServerSocket plain = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread.ofVirtual()
          .start(
              () -> {
                try (var connection = plain.accept()) {
                  connection
                      .getOutputStream()
                      .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(UTF_8));
                  connection.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // The client went away.
                }
              });

      assertThat(noResponse(call(tls(plain), LONG)).code()).contains("TLS");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "no HTTP at all\r\n\r\n",
        "HTTP/1.1 two hundred OK\r\n\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 204",
        "\r\n\r\n",
        "HTTP/1.1 204 No Content\r\nthis is no header\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nRetry-After: 99999999999999999999\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: minus one\r\n\r\n{}",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}",
        "HTTP/1.1 407 Proxy\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 401 Who\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nDate: 0\r\nWechatpay-Timestamp: \u0001\r\nContent-Length: 0\r\n\r\n",
      })
  void nonsenseNeverEscapesAndNeverProves(String nonsense) {
    Call<Reply.ToClose> call = call(ScriptedServer.bytes(nonsense.getBytes(UTF_8)), LONG);

    assertThat(call.reply())
        .isInstanceOfAny(
            Reply.NoResponse.class,
            Reply.Unclear.class,
            Reply.DoubtfulSuccess.class,
            Reply.Unverified.class);
    assertThat(call.exchanges()).hasSize(1);
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "204,PROTOCOL_ERROR,'Content-Length: 2\r\n\r\n{}'",
    "200,PROTOCOL_ERROR,'Content-Length: 90\r\n\r\n{\"code\"'",
    "200,TIMEOUT,'Content-Length: 90\r\n\r\n'",
    "200,IO_ERROR,'Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\nthis is no gzip file'",
    "201,PROTOCOL_ERROR,'Transfer-Encoding: chunked\r\n\r\nzzz\r\n'",
    "200,PROTOCOL_ERROR,'Transfer-Encoding: chunked\r\n\r\n50\r\n{}\r\n'",
  })
  void a2xxThatCannotBeReadMeansThatTheOrderMayBeClosed(int status, String code, String rest) {
    byte[] reply =
        ("HTTP/1.1 %d Done\r\n".formatted(status) + rest.replace("\\r\\n", "\r\n")).getBytes(UTF_8);
    boolean silent = code.equals("TIMEOUT");

    Call<Reply.ToClose> call =
        call(
            silent ? server.bytesThenSilence(reply) : ScriptedServer.bytes(reply),
            silent ? SHORT : LONG);

    assertThat(call.reply()).isEqualTo(new Reply.DoubtfulSuccess());
    assertThat(call.exchanges().getFirst().httpStatus()).hasValue(status);
    assertThat(call.exchanges().getFirst().code()).contains(code);
  }

  @Test
  void aBodyThatBreaksOffIsAResponseThatSaysNothing() {
    byte[] reply = "HTTP/1.1 404 Not Found\r\nContent-Length: 90\r\n\r\n{\"code\"".getBytes(UTF_8);

    Exchange reset = unclear(call(ScriptedServer.bytesThenReset(reply), LONG));
    assertThat(reset.httpStatus()).hasValue(404);
    assertThat(reset.code()).contains("CONNECTION_RESET");
    assertThat(unclear(call(ScriptedServer.bytes(reply), LONG)).httpStatus()).hasValue(404);
    assertThat(unclear(call(server.bytesThenSilence(reply), SHORT)).code()).contains("TIMEOUT");
  }

  @ParameterizedTest
  @ValueSource(ints = {300, 301, 302, 303, 307, 308})
  void aRedirectIsNotFollowed(int status) {
    try (ScriptedServer elsewhere = ScriptedServer.start()) {
      elsewhere.always(signed(204, ""));
      Map<String, String> there = Map.of("Location", elsewhere.uri() + "/somewhere");
      Map<String, String> here = Map.of("Location", "/somewhere");

      unclear(call(ScriptedServer.reply(status, there, new byte[0]), LONG));
      unclear(call(ScriptedServer.reply(status, here, new byte[0]), LONG));

      assertThat(elsewhere.requests()).isEmpty();
      assertThat(server.requests()).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 407, 408, 421, 429, 503})
  void noStatusMakesARequestRepeatItself(int status) {
    server.always(ScriptedServer.reply(status, Map.of("Retry-After", "0"), new byte[0]));

    Call<Reply.ToClose> call =
        FakeWechat.client(server.uri(), LONG).close(NUMBER, SHOP, () -> true);

    assertThat(call.exchanges()).hasSize(1);
    assertThat(call.exchanges().getFirst().httpStatus()).hasValue(status);
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aRequestOnAConnectionThatDiedIdleIsNotRepeated() {
    server.then(signed(204, "")).then(ScriptedServer.hangUp()).always(signed(204, ""));
    CloseClient client = FakeWechat.client(server.uri(), LONG);

    assertThat(client.close(NUMBER, SHOP, () -> true).reply()).isEqualTo(new Reply.Accepted());
    noResponse(client.close(NUMBER, SHOP, () -> true));

    assertThat(server.requests()).hasSize(2);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void connectionsAreKeptBetweenCalls() {
    server.always(signed(204, ""));
    CloseClient client = FakeWechat.client(server.uri(), LONG);

    for (int i = 0; i < 5; i++) {
      client.close(NUMBER, SHOP, () -> true);
    }

    assertThat(server.requests()).hasSize(5);
    assertThat(server.connections()).isEqualTo(1);
  }

  @Test
  void cookiesAreNotKept() {
    server.then(ScriptedServer.reply(500, Map.of("Set-Cookie", "a=b"), new byte[0]));
    server.then(signed(204, ""));
    CloseClient client = FakeWechat.client(server.uri(), LONG);

    client.close(NUMBER, SHOP, () -> true);
    client.close(NUMBER, SHOP, () -> true);

    assertThat(server.requests())
        .hasSize(2)
        .allMatch(request -> request.header("Cookie").isEmpty());
  }

  @Test
  void anInterruptEndsTheCallAndStaysVisible() throws InterruptedException {
    server.always(server.silence());
    CloseClient client = FakeWechat.client(server.uri(), LONG);
    AtomicReference<Call<Reply.ToClose>> call = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  call.set(client.close(NUMBER, SHOP, () -> true));
                  flag.set(Thread.currentThread().isInterrupted());
                });
    await().until(() -> server.requests().size() == 1);

    caller.interrupt();

    assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
    assertThat(noResponse(call.get()).code()).contains("INTERRUPTED");
    assertThat(flag).isTrue();
  }

  @Test
  void anInterruptWhileConnectingIsNoResponseToo() throws InterruptedException {
    AtomicReference<Call<Reply.ToClose>> call = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread caller =
        Thread.ofVirtual()
            .start(
                () -> {
                  Thread.currentThread().interrupt();
                  call.set(call(signed(204, ""), LONG));
                  flag.set(Thread.currentThread().isInterrupted());
                });

    assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
    assertThat(noResponse(call.get()).code()).contains("INTERRUPTED");
    assertThat(flag).isTrue();
  }

  @Test
  void aStopEndsCallsUnderWayAndAllowsNoMore() throws InterruptedException {
    server.always(server.silence());
    CloseClient client = FakeWechat.client(server.uri(), LONG);
    AtomicReference<Call<Reply.ToClose>> call = new AtomicReference<>();
    Thread caller =
        Thread.ofVirtual().start(() -> call.set(client.close(NUMBER, SHOP, () -> true)));
    await().until(() -> server.requests().size() == 1);

    client.cancelAll();

    assertThat(caller.join(Duration.ofSeconds(10))).isTrue();
    assertThat(noResponse(call.get()).code()).contains("CANCELLED");
    assertThat(client.close(NUMBER, SHOP, () -> true).reply()).isEqualTo(new Reply.NotSent());
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void aHostThatNobodyKnowsHasItsOwnCode() {
    assertThat(Failure.of(new UnknownHostException("api.mch.weixin.qq.com")))
        .isEqualTo(Failure.UNKNOWN_HOST);
  }

  /** Where connecting over TLS waits: it takes connections, and nobody there says a word. */
  static URI tls(ServerSocket listener) {
    return URI.create("https://127.0.0.1:" + listener.getLocalPort());
  }

  /** An address of this machine where nobody listens. */
  static URI nobodyListens() {
    return URI.create("http://127.0.0.1:" + Ports.free());
  }

  private Call<Reply.ToClose> call(Act act, Duration timeout) {
    server.then(act);
    return call(server.uri(), timeout);
  }

  private static Call<Reply.ToClose> call(URI uri, Duration timeout) {
    return FakeWechat.client(uri, timeout).close(NUMBER, SHOP, () -> true);
  }

  private static Exchange noResponse(Call<Reply.ToClose> call) {
    assertThat(call.reply()).isEqualTo(new Reply.NoResponse());
    assertThat(call.exchanges()).hasSize(1);
    return call.exchanges().getFirst();
  }

  private static Exchange unclear(Call<Reply.ToClose> call) {
    assertThat(call.reply()).isEqualTo(new Reply.Unclear());
    assertThat(call.exchanges()).hasSize(1);
    return call.exchanges().getFirst();
  }
}
