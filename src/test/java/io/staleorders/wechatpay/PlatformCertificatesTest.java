package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.MERCHANT;
import static io.staleorders.wechatpay.FakeWechat.NOW;
import static io.staleorders.wechatpay.FakeWechat.PLATFORM;
import static io.staleorders.wechatpay.FakeWechat.PUBLIC_KEY_ID;
import static io.staleorders.wechatpay.FakeWechat.SERIAL;
import static io.staleorders.wechatpay.FakeWechat.SP;
import static io.staleorders.wechatpay.FakeWechat.STRANGER;
import static io.staleorders.wechatpay.TestCertificate.API_V3_KEY;
import static io.staleorders.wechatpay.TestCertificate.body;
import static io.staleorders.wechatpay.TestCertificate.list;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Call;
import io.staleorders.order.Code;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.Reply;
import io.staleorders.order.VerificationFault;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Fast;
import io.staleorders.testkit.ScriptedServer;
import io.staleorders.testkit.ScriptedServer.Act;
import java.security.KeyPair;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Fast
class PlatformCertificatesTest {
  private static final OutTradeNo NUMBER = new OutTradeNo("20260301A1");
  private static final Merchant SHOP = new Merchant(SP, new MerchantId("1900000110"));
  private static final Instant CHANGE = NOW.plus(Duration.ofDays(10));

  private static final TestCertificate OLD =
      new TestCertificate(
          "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
          FakeWechat.rsa(2048),
          NOW.minus(Duration.ofDays(1800)),
          CHANGE.plus(Duration.ofDays(2)));
  private static final TestCertificate NEW =
      new TestCertificate(
          "0A57F09EFDC096DE15EBE81A47057A7232F1B8E2",
          FakeWechat.rsa(2048),
          CHANGE,
          CHANGE.plus(Duration.ofDays(1800)));

  private final ScriptedServer server = ScriptedServer.start();
  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private final WechatPay wechat = connect(Optional.empty());
  private final Events log = Events.of(PlatformCertificates.class);

  @AfterEach
  void stop() {
    log.close();
    server.close();
  }

  @Test
  void theFirstListProvesItselfByAKeyInIt() {
    assertThat(refresh(signedBy(OLD, list(OLD))))
        .isEqualTo(new Refresh.Refreshed(List.of(OLD.serial())));

    assertThat(close(signedBy(OLD, "")).reply()).isEqualTo(new Reply.Accepted());
    assertThat(server.requests())
        .extracting(ScriptedServer.Received::target)
        .first()
        .isEqualTo("/v3/certificates");
  }

  @Test
  void whileWeChatPayChangesCertificatesEachIsBelievedInItsTime() {
    refresh(signedBy(OLD, list(OLD, NEW)));

    assertThat(isBelieved(OLD)).isTrue();
    assertThat(isBelieved(NEW)).as("not valid yet").isFalse();
    now.set(CHANGE.plus(Duration.ofDays(1)));
    assertThat(isBelieved(OLD)).isTrue();
    assertThat(isBelieved(NEW)).isTrue();
    now.set(CHANGE.plus(Duration.ofDays(3)));
    assertThat(isBelieved(OLD)).as("expired").isFalse();
    assertThat(isBelieved(NEW)).isTrue();
  }

  @Test
  void anExpiredCertificateOfTheListIsDropped() {
    now.set(CHANGE.plus(Duration.ofDays(3)));

    assertThat(refresh(signedBy(NEW, list(OLD, NEW))))
        .isEqualTo(new Refresh.Refreshed(List.of("A57F09EFDC096DE15EBE81A47057A7232F1B8E2")));
  }

  @Test
  void aListMayBeSignedByAKeyKnownBeforeThatIsNotInIt() {
    refresh(signedBy(OLD, list(OLD)));
    now.set(CHANGE.plus(Duration.ofDays(1)));

    assertThat(refresh(signedBy(OLD, list(NEW)))).isInstanceOf(Refresh.Refreshed.class);

    assertThat(isBelieved(NEW)).isTrue();
    assertThat(isBelieved(OLD)).as("no longer in the list").isFalse();
  }

  @Test
  void anExpiredCertificateProvesNoList() {
    now.set(CHANGE.plus(Duration.ofDays(3)));

    assertThat(refresh(signedBy(OLD, list(OLD, NEW)))).isInstanceOf(Refresh.Kept.class);
  }

  @Test
  void aReplyThatNamesAnUnknownCertificateIsBelievedOnceItIsFound() {
    refresh(signedBy(OLD, list(OLD)));
    now.set(CHANGE.plus(Duration.ofDays(1)));
    server.then(signedBy(NEW, "")).then(signedBy(NEW, list(OLD, NEW)));

    Call<Reply.ToClose> call = wechat.closeClient().close(NUMBER, SHOP, () -> true);

    assertThat(call.reply()).isEqualTo(new Reply.Accepted());
    assertThat(call.exchanges()).hasSize(1);
    assertThat(call.exchanges().getFirst().verified()).isTrue();
    assertThat(close(signedBy(NEW, "")).reply()).isEqualTo(new Reply.Accepted());
    assertThat(downloads()).isEqualTo(2);
  }

  @Test
  void withoutAnyCertificateTheFirstReplyBringsThem() {
    server
        .then(signedBy(OLD, 404, "{\"code\":\"ORDER_NOT_EXIST\"}"))
        .then(signedBy(OLD, list(OLD)));

    assertThat(wechat.closeClient().query(NUMBER, SHOP, () -> true).reply())
        .isEqualTo(new Reply.Refused(404, Code.ORDER_NOT_EXIST, true, Optional.empty()));
  }

  @Test
  void anUnknownCertificateIsNotLookedForAgainAtOnce() {
    refresh(signedBy(OLD, list(OLD)));
    server.always(
        (request, connection) ->
            (request.target().equals("/v3/certificates")
                    ? signedBy(OLD, list(OLD))
                    : signedBy(NEW, ""))
                .play(request, connection));
    List<Integer> searches = new ArrayList<>();

    for (int second : new int[] {0, 1, 9, 10, 11, 29, 30, 69, 70}) {
      now.set(NOW.plusSeconds(second));
      int before = downloads();
      assertThat(isBelieved(wechat.closeClient().close(NUMBER, SHOP, () -> true))).isFalse();
      if (downloads() > before) {
        searches.add(second);
      }
    }

    assertThat(searches).containsExactly(0, 10, 30, 70);
  }

  @Test
  void callsThatMissTheSameCertificateShareOneDownload() throws Exception {
    server.always(
        (request, connection) ->
            (request.target().equals("/v3/certificates")
                    ? signedBy(OLD, list(OLD))
                    : signedBy(OLD, ""))
                .play(request, connection));
    List<Future<Call<Reply.ToClose>>> calls = new ArrayList<>();

    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        calls.add(threads.submit(() -> wechat.closeClient().close(NUMBER, SHOP, () -> true)));
      }
      for (Future<Call<Reply.ToClose>> call : calls) {
        assertThat(isBelieved(call.get())).isTrue();
      }
    }

    assertThat(downloads()).isEqualTo(1);
  }

  @Test
  void aPublicKeysIdIsNotLookedForAmongCertificates() {
    assertThat(close(signed("PUB_KEY_ID_0", STRANGER, 204, "")).reply())
        .isInstanceOf(Reply.Unverified.class);

    assertThat(downloads()).isZero();
  }

  @Test
  void aSearchTakesAPermitToo() {
    server.then(signedBy(OLD, "")).always(signedBy(OLD, list(OLD)));
    AtomicInteger permits = new AtomicInteger();

    Call<Reply.ToClose> call =
        wechat.closeClient().close(NUMBER, SHOP, () -> permits.incrementAndGet() == 1);

    assertThat(call.reply())
        .isEqualTo(new Reply.Unverified(VerificationFault.UNKNOWN_SERIAL, Optional.empty()));
    assertThat(permits).hasValue(2);
    assertThat(downloads()).isZero();
    assertThat(wechat.certificates().orElseThrow().refresh(() -> false))
        .isEqualTo(new Refresh.NotSent());
  }

  @Test
  void withAPublicKeyBothVerify() {
    WechatPay both =
        connect(Optional.of(new WechatPayPublicKey(PUBLIC_KEY_ID, PLATFORM.getPublic())));
    server
        .then(signed(PUBLIC_KEY_ID, PLATFORM, 200, list(OLD)))
        .then(signed(PUBLIC_KEY_ID, PLATFORM, 204, ""))
        .then(signedBy(OLD, ""));

    assertThat(both.certificates().orElseThrow().refresh(() -> true))
        .isInstanceOf(Refresh.Refreshed.class);
    assertThat(isBelieved(both.closeClient().close(NUMBER, SHOP, () -> true))).isTrue();
    assertThat(isBelieved(both.closeClient().close(NUMBER, SHOP, () -> true))).isTrue();
    assertThat(server.requests())
        .allMatch(request -> request.header("Wechatpay-Serial").equals(PUBLIC_KEY_ID));
  }

  @ParameterizedTest
  @MethodSource("garbage")
  void garbageChangesNothing(String garbage) {
    refresh(signedBy(OLD, list(OLD)));

    Refresh refresh = refresh(signedBy(OLD, garbage));

    assertThat(refresh).isInstanceOf(Refresh.Kept.class);
    assertThat(isBelieved(OLD)).isTrue();
    assertThat(log.warnings()).hasSize(1);
    assertThat(log.warnings().getFirst() + refresh).doesNotContain(API_V3_KEY);
  }

  static List<String> garbage() {
    String good = NEW.entry(API_V3_KEY);
    return List.of(
        "",
        "<html>",
        "[]",
        "{}",
        "{\"data\":null}",
        "{\"data\":{}}",
        body(""),
        body("1"),
        body(good + ",{}"),
        body("null," + good),
        body(good.replace("AEAD_AES_256_GCM", "AEAD_SM4_GCM")),
        body(good.replace("61f9c719728a", "")),
        body(good.replace("61f9c719728a", "61f9c719728b")),
        body(good.replace("\"certificate\"", "\"transaction\"")),
        body(good.replace("\"ciphertext\":\"", "\"ciphertext\":\"AAAA")),
        body(good.replace("\"ciphertext\":\"", "\"ciphertext\":\"?")),
        body(good.replaceAll("\"ciphertext\":\".*\"", "\"ciphertext\":\"\"")),
        body(good.replace(NEW.serial(), OLD.serial())),
        body(good.replace(NEW.serial(), "not a serial")),
        body(
            OLD.entry(API_V3_KEY)
                + ","
                + TestCertificate.entry(NEW.serial(), API_V3_KEY, "no PEM")),
        body(new TestCertificate("AB", FakeWechat.rsa(1024), NOW, CHANGE).entry(API_V3_KEY)));
  }

  @Test
  void aWrongApiV3KeyIsNamed() {
    String entry = OLD.entry("another-key-of-the-same-length!!");

    assertThat(refresh(signedBy(OLD, body(entry))))
        .isEqualTo(new Refresh.Kept("WECHATPAY_API_V3_KEY does not decrypt an entry of the list"));
  }

  @Test
  void aListWithAWrongSignatureIsRefused() {
    refresh(signedBy(OLD, list(OLD)));

    assertThat(refresh(signed(OLD.serial(), STRANGER, 200, list(OLD, NEW))))
        .isEqualTo(new Refresh.Kept("the list's own signature does not hold: WRONG_SIGNATURE"));
    assertThat(refresh(signed("AB12", STRANGER, 200, list(OLD, NEW))))
        .isEqualTo(new Refresh.Kept("the list's own signature does not hold: UNKNOWN_SERIAL"));
    assertThat(refresh(ScriptedServer.reply(200, Map.of(), list(OLD, NEW).getBytes(UTF_8))))
        .isEqualTo(new Refresh.Kept("the list's own signature does not hold: MISSING_HEADERS"));
    now.set(CHANGE.plusSeconds(1));
    assertThat(isBelieved(NEW)).isFalse();
  }

  @Test
  void aListRecordedEarlierIsRefused() {
    Map<String, String> headers = FakeWechat.headers(OLD.serial(), OLD.key(), NOW, list(OLD));
    Act replayed = ScriptedServer.reply(200, headers, list(OLD).getBytes(UTF_8));
    now.set(NOW.plus(Duration.ofMinutes(6)));

    assertThat(refresh(replayed))
        .isEqualTo(new Refresh.Kept("the list's own signature does not hold: STALE_TIMESTAMP"));
  }

  @Test
  void aDownloadThatFailsSaysHow() {
    assertThat(refresh(ScriptedServer.reset())).asString().contains("CONNECTION_RESET");
    assertThat(
            refresh(
                ScriptedServer.reply(
                    401,
                    Map.of("Request-ID", "08A-268443699"),
                    "{\"code\":\"SIGN_ERROR\",\"message\":\"签名错误\"}".getBytes(UTF_8))))
        .asString()
        .contains("401", "SIGN_ERROR", "签名错误", "08A-268443699");
    assertThat(log.warnings()).hasSize(2);
  }

  @Test
  void aProbeSaysWhyARefusalIsNotBelieved() {
    refresh(signedBy(OLD, list(OLD)));
    String absent = "{\"code\":\"ORDER_NOT_EXIST\",\"message\":\"订单不存在\"}";

    server.then(signedBy(OLD, 404, absent)).then(signed(OLD.serial(), STRANGER, 404, absent));
    Probe good = wechat.closeClient().probe(SHOP, () -> true);
    Probe bad = wechat.closeClient().probe(SHOP, () -> true);

    assertThat(good.call().reply())
        .isEqualTo(new Reply.Refused(404, Code.ORDER_NOT_EXIST, true, Optional.empty()));
    assertThat(good.fault()).isEmpty();
    assertThat(bad.fault()).contains(VerificationFault.WRONG_SIGNATURE);
    assertThat(server.requests().getLast().target())
        .matches("/v3/pay/partner/transactions/out-trade-no/check[0-9a-f]{20}\\?.*")
        .isNotEqualTo(server.requests().get(1).target());
  }

  private WechatPay connect(Optional<WechatPayPublicKey> publicKey) {
    return WechatPay.connect(
        new WechatPayAccount(
            SP, SERIAL, MERCHANT.getPrivate(), publicKey, Optional.of(ApiV3Key.of(API_V3_KEY))),
        new Endpoints(server.uri(), Optional.empty(), Duration.ofSeconds(10)),
        now::get);
  }

  private Refresh refresh(Act act) {
    server.then(act);
    return wechat.certificates().orElseThrow().refresh(() -> true);
  }

  private Call<Reply.ToClose> close(Act act) {
    server.then(act);
    return wechat.closeClient().close(NUMBER, SHOP, () -> true);
  }

  /** Whether a reply signed with this certificate's key is believed. */
  private boolean isBelieved(TestCertificate certificate) {
    server.then(signedBy(certificate, ""));
    // A search for the certificate finds nothing.
    server.always(ScriptedServer.reply(500, Map.of(), new byte[0]));
    return isBelieved(wechat.closeClient().close(NUMBER, SHOP, () -> true));
  }

  private static boolean isBelieved(Call<Reply.ToClose> call) {
    return call.reply().equals(new Reply.Accepted());
  }

  private int downloads() {
    return (int)
        server.requests().stream().filter(r -> r.target().equals("/v3/certificates")).count();
  }

  private Act signedBy(TestCertificate certificate, String body) {
    return signedBy(certificate, body.isEmpty() ? 204 : 200, body);
  }

  private Act signedBy(TestCertificate certificate, int status, String body) {
    return signed(certificate.serial(), certificate.key(), status, body);
  }

  private Act signed(String serial, KeyPair key, int status, String body) {
    return ScriptedServer.reply(
        status, FakeWechat.headers(serial, key, now.get(), body), body.getBytes(UTF_8));
  }
}
