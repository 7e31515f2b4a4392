package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.CLOCK;
import static io.staleorders.wechatpay.FakeWechat.NOW;
import static io.staleorders.wechatpay.FakeWechat.PLATFORM;
import static io.staleorders.wechatpay.FakeWechat.PUBLIC_KEY_ID;
import static io.staleorders.wechatpay.FakeWechat.STRANGER;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.VerificationFault;
import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import okhttp3.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Fast
class ReplyVerifierTest {
  private static final String BODY = "{\"trade_state\":\"NOTPAY\",\"trade_state_desc\":\"订单未支付\"}";

  private final ReplyVerifier verifier = new ReplyVerifier(CLOCK);
  private final PlatformKeys keys = new PlatformKeys(FakeWechat.account().publicKey(), CLOCK);

  @Test
  void whatTheOfficialSdkSignsIsBelieved() {
    assertThat(fault(FakeWechat.headers(BODY), BODY)).isEmpty();
  }

  @Test
  void anEmptyBodyIsSignedToo() {
    assertThat(fault(FakeWechat.headers(""), "")).isEmpty();
  }

  @Test
  void theCaseOfHeaderNamesDoesNotCount() {
    Map<String, String> lower =
        FakeWechat.headers(BODY).entrySet().stream()
            .collect(
                Collectors.toMap(e -> e.getKey().toLowerCase(Locale.ROOT), Map.Entry::getValue));

    assertThat(fault(lower, BODY)).isEmpty();
  }

  @Test
  void aChangedBodyIsNotBelieved() {
    assertThat(fault(FakeWechat.headers(BODY), BODY.replace("NOTPAY", "CLOSED")))
        .contains(VerificationFault.WRONG_SIGNATURE);
  }

  @Test
  void anotherKeysSignatureIsNotBelieved() {
    assertThat(fault(FakeWechat.headers(PUBLIC_KEY_ID, STRANGER, NOW, BODY), BODY))
        .contains(VerificationFault.WRONG_SIGNATURE);
  }

  @Test
  void aChangedNonceOrTimestampIsNotBelieved() {
    assertThat(fault(with("Wechatpay-Nonce", "another"), BODY))
        .contains(VerificationFault.WRONG_SIGNATURE);
    assertThat(fault(with("Wechatpay-Timestamp", "" + (NOW.getEpochSecond() + 1)), BODY))
        .contains(VerificationFault.WRONG_SIGNATURE);
  }

  @Test
  void aSerialThatNobodyKnowsIsNamedSo() {
    assertThat(fault(with("Wechatpay-Serial", "5157F09EFDC096DE15EBE81A47057A7232F1B8E1"), BODY))
        .contains(VerificationFault.UNKNOWN_SERIAL);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Wechatpay-Serial",
        "Wechatpay-Nonce",
        "Wechatpay-Timestamp",
        "Wechatpay-Signature"
      })
  void everyHeaderIsNeeded(String name) {
    Map<String, String> headers = new TreeMap<>(FakeWechat.headers(BODY));
    headers.remove(name);

    assertThat(fault(headers, BODY)).contains(VerificationFault.MISSING_HEADERS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday", "-1", "1e9", "99999999999999999999", "１７７２３６６４００"})
  void aTimestampThatIsNoNumberOfSecondsIsUnreadable(String timestamp) {
    assertThat(fault(with("Wechatpay-Timestamp", timestamp), BODY))
        .contains(VerificationFault.MISSING_HEADERS);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?", "AAAA", "not Base64 at all"})
  void aSignatureThatIsNoneIsWrong(String signature) {
    assertThat(fault(with("Wechatpay-Signature", signature), BODY))
        .contains(VerificationFault.WRONG_SIGNATURE);
  }

  @Test
  void weChatPaysOwnTestIsRecognised() {
    String signature = "WECHATPAY/SIGNTEST/" + FakeWechat.headers(BODY).get("Wechatpay-Signature");

    assertThat(fault(with("Wechatpay-Signature", signature), BODY))
        .contains(VerificationFault.SIGNTEST);
  }

  @Test
  void aSignatureOfLongAgoOrFromTheFutureIsStale() {
    assertThat(signedOff(Duration.ofMinutes(-5))).isEmpty();
    assertThat(signedOff(Duration.ofMinutes(5))).isEmpty();
    assertThat(signedOff(Duration.ofSeconds(-301))).contains(VerificationFault.STALE_TIMESTAMP);
    assertThat(signedOff(Duration.ofSeconds(301))).contains(VerificationFault.STALE_TIMESTAMP);
  }

  @Test
  void onlyARightSignatureIsCalledStale() {
    assertThat(
            fault(
                FakeWechat.headers(PUBLIC_KEY_ID, STRANGER, NOW.minus(Duration.ofHours(1)), BODY),
                BODY))
        .contains(VerificationFault.WRONG_SIGNATURE);
  }

  private Optional<VerificationFault> signedOff(Duration off) {
    return fault(FakeWechat.headers(PUBLIC_KEY_ID, PLATFORM, NOW.plus(off), BODY), BODY);
  }

  private static Map<String, String> with(String name, String value) {
    Map<String, String> headers = new TreeMap<>(FakeWechat.headers(BODY));
    headers.put(name, value);
    return headers;
  }

  private Optional<VerificationFault> fault(Map<String, String> headers, String body) {
    Headers.Builder builder = new Headers.Builder();
    headers.forEach(builder::addUnsafeNonAscii);
    return verifier.fault(builder.build(), body.getBytes(UTF_8), keys::named);
  }
}
