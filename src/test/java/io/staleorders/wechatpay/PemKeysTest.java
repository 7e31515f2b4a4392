package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.MERCHANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.staleorders.testkit.Fast;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

@Fast
class PemKeysTest {
  private static final byte[] PKCS8 = MERCHANT.getPrivate().getEncoded();
  private static final byte[] X509 = MERCHANT.getPublic().getEncoded();
  private static final String PRIVATE = pem("PRIVATE KEY", PKCS8);
  private static final String PUBLIC = pem("PUBLIC KEY", X509);

  @Test
  void aPrivateKeyIsReadAsTheConsoleHandsItOut() {
    assertThat(PemKeys.merchantPrivateKey(PRIVATE)).isEqualTo(MERCHANT.getPrivate());
  }

  @Test
  void aPrivateKeyIsReadAsOldToolsWriteIt() {
    // What is inside the envelope: version 3 bytes, algorithm 15, octet string header 4.
    byte[] pkcs1 = Arrays.copyOfRange(PKCS8, 4 + 3 + 15 + 4, PKCS8.length);

    assertThat(PemKeys.merchantPrivateKey(pem("RSA PRIVATE KEY", pkcs1)))
        .isEqualTo(MERCHANT.getPrivate());
  }

  @Test
  void aPublicKeyIsReadInBothForms() {
    // What is inside the envelope: algorithm 15 bytes, bit string header 5.
    byte[] pkcs1 = Arrays.copyOfRange(X509, 4 + 15 + 5, X509.length);

    assertThat(PemKeys.wechatPayPublicKey(PUBLIC)).isEqualTo(MERCHANT.getPublic());
    assertThat(PemKeys.wechatPayPublicKey(pem("RSA PUBLIC KEY", pkcs1)))
        .isEqualTo(MERCHANT.getPublic());
  }

  @Test
  void whatEnvironmentVariablesDoToKeysDoesNoHarm() {
    assertThat(PemKeys.merchantPrivateKey(PRIVATE.replace("\n", "\\n")))
        .isEqualTo(MERCHANT.getPrivate());
    assertThat(PemKeys.merchantPrivateKey(PRIVATE.replace("\n", "\\r\\n")))
        .isEqualTo(MERCHANT.getPrivate());
    assertThat(PemKeys.merchantPrivateKey(PRIVATE.replace("\n", "\r\n")))
        .isEqualTo(MERCHANT.getPrivate());
    assertThat(PemKeys.merchantPrivateKey(PRIVATE.replace("\n", " ")))
        .isEqualTo(MERCHANT.getPrivate());
    assertThat(PemKeys.merchantPrivateKey(PRIVATE.replace("\n", "")))
        .isEqualTo(MERCHANT.getPrivate());
    assertThat(PemKeys.merchantPrivateKey("\ufeff  " + PRIVATE.strip()))
        .isEqualTo(MERCHANT.getPrivate());
    for (String spoilt :
        List.of(
            "\ufeff" + PUBLIC,
            PUBLIC.replace("\n", "\r\n"),
            PUBLIC.replace("\n", " "),
            PUBLIC.replace("\n", ""),
            PUBLIC.replace("\n", "\\n"))) {
      assertThat(PemKeys.wechatPayPublicKey(spoilt)).isEqualTo(MERCHANT.getPublic());
    }
  }

  @Test
  void aKeyIsFoundBesideItsCertificate() {
    String both = pem("CERTIFICATE", new byte[] {1, 2, 3}) + PRIVATE;

    assertThat(PemKeys.merchantPrivateKey(both)).isEqualTo(MERCHANT.getPrivate());
  }

  @Test
  void theFaultSaysWhatAPrivateKeyIsInstead() throws GeneralSecurityException {
    privateKeyFault(
        PUBLIC, "this is a public key; the merchant API private key (apiclient_key.pem)");
    privateKeyFault(pem("CERTIFICATE", X509), "this is a certificate");
    privateKeyFault(pem("ENCRYPTED PRIVATE KEY", PKCS8), "encrypted");
    privateKeyFault(
        """
        -----BEGIN RSA PRIVATE KEY-----
        Proc-Type: 4,ENCRYPTED
        DEK-Info: AES-128-CBC,00

        AAAA
        -----END RSA PRIVATE KEY-----
        """,
        "encrypted");
    privateKeyFault(Base64.getEncoder().encodeToString(PKCS8), "not PEM");
    privateKeyFault("", "not PEM");
    privateKeyFault("/run/secrets/apiclient_key.pem", "not PEM");
    privateKeyFault(PRIVATE.substring(0, PRIVATE.length() / 2), "not PEM");
    privateKeyFault(PRIVATE.replace("MII", "M!I"), "not Base64");
    privateKeyFault(pem("PRIVATE KEY", Arrays.copyOf(PKCS8, 100)), "damaged");
    privateKeyFault(pem("PRIVATE KEY", ec().getPrivate().getEncoded()), "not an RSA key");
    privateKeyFault(pem("EC PRIVATE KEY", ec().getPrivate().getEncoded()), "not an RSA key");
    privateKeyFault(
        pem("PRIVATE KEY", FakeWechat.rsa(1024).getPrivate().getEncoded()), "1024 bits");
  }

  @Test
  void theFaultSaysWhatAPublicKeyIsInstead() throws GeneralSecurityException {
    publicKeyFault(PRIVATE, "this is a private key; the WeChat Pay public key (pub_key.pem)");
    publicKeyFault(pem("CERTIFICATE", X509), "this is a certificate");
    publicKeyFault("nonsense", "not PEM");
    publicKeyFault(pem("PUBLIC KEY", ec().getPublic().getEncoded()), "not an RSA key");
    publicKeyFault(pem("PUBLIC KEY", FakeWechat.rsa(1024).getPublic().getEncoded()), "1024 bits");
  }

  private static void privateKeyFault(String pem, String what) {
    assertThatThrownBy(() -> PemKeys.merchantPrivateKey(pem))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(what)
        .hasNoCause()
        .satisfies(e -> assertQuotesNothingOf(e, pem));
  }

  private static void publicKeyFault(String pem, String what) {
    assertThatThrownBy(() -> PemKeys.wechatPayPublicKey(pem))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(what)
        .hasNoCause()
        .satisfies(e -> assertQuotesNothingOf(e, pem));
  }

  private static void assertQuotesNothingOf(Throwable e, String pem) {
    pem.lines()
        .filter(line -> line.length() >= 20 && !line.startsWith("-----"))
        .forEach(line -> assertThat(e).hasMessageNotContaining(line.substring(0, 20)));
  }

  private static KeyPair ec() throws GeneralSecurityException {
    return KeyPairGenerator.getInstance("EC").generateKeyPair();
  }

  private static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der), label);
  }
}
