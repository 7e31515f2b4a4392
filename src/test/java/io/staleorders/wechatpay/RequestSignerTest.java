package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.CLOCK;
import static io.staleorders.wechatpay.FakeWechat.MERCHANT;
import static io.staleorders.wechatpay.FakeWechat.NOW;
import static io.staleorders.wechatpay.FakeWechat.PLATFORM;
import static io.staleorders.wechatpay.FakeWechat.SERIAL;
import static io.staleorders.wechatpay.FakeWechat.SP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.wechat.pay.java.core.cipher.RSAVerifier;
import io.staleorders.testkit.Fast;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

@Fast
class RequestSignerTest {
  private static final Pattern HEADER =
      Pattern.compile(
          "WECHATPAY2-SHA256-RSA2048 mchid=\"(.*)\",nonce_str=\"(.*)\",signature=\"(.*)\","
              + "timestamp=\"(.*)\",serial_no=\"(.*)\"");

  private final RequestSigner signer =
      new RequestSigner(FakeWechat.account(), CLOCK, () -> "593BEC0C930BF1AFEB40B4A08C8FB242");

  @Test
  void theOfficialSdkAcceptsOurSignature() {
    String target = "/v3/pay/partner/transactions/out-trade-no/20260301A%7C1/close";
    String body = "{\"sp_mchid\":\"1900000109\",\"sub_mchid\":\"1900000110\"}";

    Matcher header = HEADER.matcher(signer.authorization("POST", target, body));

    assertThat(header.matches()).isTrue();
    assertThat(header.group(1)).isEqualTo(SP.value());
    assertThat(header.group(2)).isEqualTo("593BEC0C930BF1AFEB40B4A08C8FB242");
    assertThat(header.group(4)).isEqualTo(Long.toString(NOW.getEpochSecond()));
    assertThat(header.group(5)).isEqualTo(SERIAL);
    String text = String.join("\n", "POST", target, header.group(4), header.group(2), body, "");
    assertThat(sdkVerifies(text, header.group(3))).isTrue();
  }

  @Test
  void aRequestWithoutABodyIsSignedWithAnEmptyLine() {
    Matcher header = HEADER.matcher(signer.authorization("GET", "/v3/certificates", ""));

    assertThat(header.matches()).isTrue();
    String text = "GET\n/v3/certificates\n%s\n%s\n\n".formatted(header.group(4), header.group(2));
    assertThat(sdkVerifies(text, header.group(3))).isTrue();
  }

  @Test
  void noNonceComesTwice() {
    Supplier<String> nonces = RequestSigner.randomNonces();
    Set<String> seen = new HashSet<>();

    for (int i = 0; i < 1000; i++) {
      assertThat(nonces.get())
          .matches("[0-9a-f]{32}")
          .satisfies(n -> assertThat(seen.add(n)).isTrue());
    }
  }

  @Test
  void nothingThatHoldsTheKeyShowsIt() {
    String key = Base64.getEncoder().encodeToString(MERCHANT.getPrivate().getEncoded());
    String modulus = MERCHANT.getPrivate().toString();

    assertThat(signer.toString() + FakeWechat.account())
        .doesNotContain(key)
        .doesNotContain(modulus)
        .contains(SP.value());
    assertThat(ApiV3Key.of("0123456789abcdef0123456789abcdef").toString()).doesNotContain("0123");
  }

  @Test
  void theSerialIsSentInUpperCase() {
    WechatPayAccount account =
        new WechatPayAccount(
            SP,
            "7132d72a",
            MERCHANT.getPrivate(),
            Optional.of(new WechatPayPublicKey("PUB_KEY_ID_1", PLATFORM.getPublic())),
            Optional.empty());

    assertThat(account.serialNo()).isEqualTo("7132D72A");
  }

  @Test
  void anAccountThatCouldNotVerifyRepliesIsRefused() {
    assertThatThrownBy(
            () ->
                new WechatPayAccount(
                    SP, SERIAL, MERCHANT.getPrivate(), Optional.empty(), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void anApiV3KeyOfAnotherLengthIsRefusedWithoutBeingShown() {
    assertThatThrownBy(() -> ApiV3Key.of("secret-and-short"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32")
        .hasMessageContaining("16")
        .hasMessageNotContaining("secret");
  }

  private static boolean sdkVerifies(String text, String signature) {
    return new RSAVerifier(MERCHANT.getPublic(), SERIAL).verify(SERIAL, text, signature);
  }
}
