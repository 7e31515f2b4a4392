package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.SP;
import static io.staleorders.wechatpay.FakeWechat.signed;
import static io.staleorders.wechatpay.FakeWechat.unsigned;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Call;
import io.staleorders.order.Code;
import io.staleorders.order.Exchange;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.Reply;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Fast;
import io.staleorders.testkit.ScriptedServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@Fast
class BackupHostTest {
  private static final OutTradeNo NUMBER = new OutTradeNo("20260301A1");
  private static final Merchant SHOP = new Merchant(SP, new MerchantId("1900000110"));
  private static final Duration SHORT = Duration.ofMillis(300);

  private final ScriptedServer main = ScriptedServer.start();
  private final ScriptedServer backup = ScriptedServer.start();
  private final AtomicReference<Instant> now = new AtomicReference<>(FakeWechat.NOW);
  private final CloseClient client = client(main.uri(), Duration.ofSeconds(10));

  @AfterEach
  void stop() {
    main.close();
    backup.close();
  }

  @Test
  void whileTheMainHostAnswersTheBackupIsLeftAlone() {
    main.then(signed(204, ""))
        .then(unsigned(404, "{\"code\":\"ORDER_NOT_EXIST\"}"))
        .then(unsigned(429, "{\"code\":\"RATELIMIT_EXCEEDED\"}"))
        .then(unsigned(302, ""))
        .then(unsigned(200, ""));

    for (int i = 0; i < 5; i++) {
      assertThat(close().exchanges()).hasSize(1);
    }

    assertThat(main.requests()).hasSize(5);
    assertThat(backup.requests()).isEmpty();
  }

  @Test
  void aServerErrorGoesToTheBackupHostSignedAnew() {
    main.then(unsigned(503, "<html>"));
    backup.then(signed(204, ""));

    Call<Reply.ToClose> call = close();

    assertThat(call.reply()).isEqualTo(new Reply.Accepted());
    assertThat(call.exchanges())
        .extracting(Exchange::host)
        .containsExactly(main.authority(), backup.authority());
    assertThat(call.exchanges()).extracting(Exchange::verified).containsExactly(false, true);
    assertThat(backup.requests().getFirst().header("Authorization"))
        .startsWith("WECHATPAY2-SHA256-RSA2048 ")
        .isNotEqualTo(main.requests().getFirst().header("Authorization"));
    assertThat(backup.requests().getFirst().body()).isEqualTo(main.requests().getFirst().body());
  }

  @Test
  void aConnectionErrorGoesToTheBackupHost() throws IOException {
    main.then(ScriptedServer.reset());
    backup.always(unsigned(404, "{\"code\":\"ORDER_NOT_EXIST\"}"));

    assertThat(close().reply())
        .isEqualTo(new Reply.Refused(404, Code.ORDER_NOT_EXIST, false, Optional.empty()));
    assertThat(
            client(NetworkFailureTest.nobodyListens(), Duration.ofSeconds(10))
                .close(NUMBER, SHOP, () -> true)
                .exchanges())
        .extracting(Exchange::code)
        .containsExactly(Optional.of("CONNECTION_REFUSED"), Optional.of("ORDER_NOT_EXIST"));
  }

  @Test
  void aTimeoutBeforeTheRequestWasSentGoesToTheBackupHost() throws IOException {
    backup.then(signed(204, ""));

    try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Call<Reply.ToClose> call =
          client(NetworkFailureTest.tls(mute), SHORT).close(NUMBER, SHOP, () -> true);

      assertThat(call.reply()).isEqualTo(new Reply.Accepted());
      assertThat(call.exchanges().getFirst().code()).contains("TIMEOUT");
    }
  }

  @Test
  void aTimeoutAfterTheRequestWasSentDoesNot() {
    main.then(main.silence());
    backup.always(signed(204, ""));

    Call<Reply.ToClose> call = client(main.uri(), SHORT).close(NUMBER, SHOP, () -> true);

    assertThat(call.reply()).isEqualTo(new Reply.NoResponse());
    assertThat(backup.requests()).isEmpty();
  }

  @Test
  void noResponseMeansFromNeitherHost() {
    main.then(unsigned(502, "")).then(ScriptedServer.reset());
    backup.then(ScriptedServer.reset()).then(ScriptedServer.reset());

    assertThat(close().reply()).isEqualTo(new Reply.Unclear());
    assertThat(close().reply()).isEqualTo(new Reply.NoResponse());
  }

  @Test
  void a2xxCutShortAtOneHostIsNotForgottenWhenTheOtherSaysNothing() {
    byte[] cutShort = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".getBytes(UTF_8);
    main.then(ScriptedServer.bytesThenReset(cutShort));
    backup.then(unsigned(503, ""));

    assertThat(close().reply()).isEqualTo(new Reply.DoubtfulSuccess());
    assertThat(backup.requests()).hasSize(1);
  }

  @Test
  void theSecondRequestNeedsAPermitOfItsOwn() {
    main.always(unsigned(502, ""));
    AtomicInteger asked = new AtomicInteger();

    Call<Reply.ToClose> call = client.close(NUMBER, SHOP, () -> asked.incrementAndGet() == 1);

    assertThat(asked).hasValue(2);
    assertThat(call.reply()).isEqualTo(new Reply.Unclear());
    assertThat(call.exchanges()).hasSize(1);
    assertThat(backup.requests()).isEmpty();
  }

  @Test
  void aMainHostThatKeepsFailingIsTriedFromTimeToTime() {
    main.always(unsigned(500, ""));
    backup.always(signed(204, ""));
    closeTimes(3);
    assertThat(main.requests()).hasSize(3);

    closeTimes(10);
    assertThat(main.requests()).hasSize(3);

    now.set(FakeWechat.NOW.plusSeconds(30));
    closeTimes(10);
    assertThat(main.requests()).hasSize(4);

    main.always(signed(204, ""));
    now.set(FakeWechat.NOW.plusSeconds(60));
    closeTimes(10);
    assertThat(main.requests()).hasSize(14);
    assertThat(backup.requests()).hasSize(3 + 10 + 10);
  }

  @Test
  void failuresAreCountedInARow() {
    main.then(unsigned(500, ""))
        .then(unsigned(500, ""))
        .then(signed(204, ""))
        .then(unsigned(500, ""))
        .then(unsigned(500, ""))
        .always(signed(204, ""));
    backup.always(signed(204, ""));

    closeTimes(10);

    assertThat(main.requests()).hasSize(10);
  }

  @Test
  void aMainHostThatHangsIsLeftOutToo() {
    main.always(main.silence());
    backup.always(signed(204, ""));
    CloseClient impatient = client(main.uri(), SHORT);
    for (int i = 0; i < 3; i++) {
      assertThat(impatient.close(NUMBER, SHOP, () -> true).reply())
          .isEqualTo(new Reply.NoResponse());
    }

    assertThat(impatient.close(NUMBER, SHOP, () -> true).reply()).isEqualTo(new Reply.Accepted());
  }

  @Test
  void aMainHostLeftOutIsStillAskedWhenTheBackupFails() {
    main.always(ScriptedServer.reset());
    backup.always(ScriptedServer.reset());
    closeTimes(3);
    main.always(signed(204, ""));

    assertThat(close().reply()).isEqualTo(new Reply.Accepted());
    assertThat(close().exchanges()).hasSize(1);
  }

  @Test
  void aWarningIsGivenWhenTheBackupHostBeginsToBeUsed() {
    try (Events log = Events.of(Hosts.class)) {
      main.always(unsigned(500, ""));
      backup.always(signed(204, ""));
      closeTimes(10);
      assertThat(log.names()).containsExactly("backup_host_used");
      assertThat(log.fields().getFirst()).containsEntry("host", backup.authority());

      now.set(FakeWechat.NOW.plusSeconds(30));
      main.then(signed(204, ""));
      closeTimes(10);
      assertThat(log.names()).as("not a line a failure").hasSize(1);

      now.set(FakeWechat.NOW.plusSeconds(90));
      main.then(signed(204, ""));
      closeTimes(10);
      assertThat(log.names()).containsExactly("backup_host_used", "backup_host_used");
    }
  }

  private Call<Reply.ToClose> close() {
    return client.close(NUMBER, SHOP, () -> true);
  }

  private void closeTimes(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(close().exchanges()).isNotEmpty();
    }
  }

  private CloseClient client(URI mainUri, Duration timeout) {
    return WechatPay.connect(
            FakeWechat.account(),
            new Endpoints(mainUri, Optional.of(backup.uri()), timeout),
            now::get)
        .closeClient();
  }
}
