package io.staleorders.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.staleorders.sandbox.PlatformCertificates.ListFault;
import io.staleorders.testkit.Fast;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The list of platform certificates, and their rotation. */
@Fast
class PlatformCertificatesTest {
  private final Sandbox sandbox = Sandbox.start();

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void listHoldsTheCertificateThatSignsIt() throws Exception {
    RawReply reply = download();

    List<X509Certificate> certificates = decrypted(reply);
    assertThat(certificates).hasSize(1);
    assertThat(reply.header("Wechatpay-Serial")).isEqualTo(serial(certificates.getFirst()));
  }

  @Test
  void afterRotationTheListHasBothAndTheNewOneSigns() throws Exception {
    sandbox.certificates().rotate();

    RawReply reply = download();

    List<X509Certificate> certificates = decrypted(reply);
    assertThat(certificates).hasSize(2);
    assertThat(reply.header("Wechatpay-Serial")).isEqualTo(serial(certificates.getLast()));
    assertThat(sandbox.certificates().serials())
        .containsExactly(serial(certificates.getFirst()), serial(certificates.getLast()));
  }

  @Test
  void replyIsSignedByTheKeyThatTheRequestAsksFor() {
    sandbox.certificates().rotate();
    String old = sandbox.certificates().serials().getFirst();
    String publicKeyId = sandbox.keys().publicKeyId();

    assertThat(signerWhenAskedFor(old)).isEqualTo(old);
    assertThat(signerWhenAskedFor(publicKeyId)).isEqualTo(publicKeyId);
    assertThat(signerWhenAskedFor("UNHEARDOF")).isEqualTo(publicKeyId);

    sandbox.certificates().retireOld();
    sandbox.signByCertificate(true);
    assertThat(signerWhenAskedFor(old))
        .isEqualTo(sandbox.certificates().serials().getFirst())
        .isNotEqualTo(old);
  }

  @Test
  void listCanBeWrong() throws Exception {
    sandbox.certificates().listFault(ListFault.EMPTY);
    assertThat(decrypted(download())).isEmpty();

    sandbox.certificates().listFault(ListFault.GARBAGE);
    RawReply garbage = download();
    assertThatExceptionOfType(AEADBadTagException.class).isThrownBy(() -> decrypted(garbage));

    sandbox.certificates().listFault(ListFault.OTHER_KEY);
    RawReply otherKey = download();
    assertThatExceptionOfType(AEADBadTagException.class).isThrownBy(() -> decrypted(otherKey));
  }

  private String signerWhenAskedFor(String serial) {
    return ShopRequest.query(sandbox, "order-0001")
        .header("Wechatpay-Serial", serial)
        .send()
        .header("Wechatpay-Serial");
  }

  private RawReply download() {
    RawReply reply = ShopRequest.get(sandbox, "/v3/certificates").send();
    assertThat(reply.status()).isEqualTo(200);
    return reply;
  }

  private List<X509Certificate> decrypted(RawReply reply) throws Exception {
    List<X509Certificate> certificates = new ArrayList<>();
    for (JsonNode each : Answer.JSON.readTree(reply.text()).path("data")) {
      certificates.add(decrypted(each.path("encrypt_certificate")));
    }
    return certificates;
  }

  private X509Certificate decrypted(JsonNode encrypted) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(sandbox.keys().apiV3Key().getBytes(StandardCharsets.UTF_8), "AES"),
        new GCMParameterSpec(128, bytes(encrypted, "nonce")));
    cipher.updateAAD(bytes(encrypted, "associated_data"));
    byte[] pem = cipher.doFinal(Base64.getDecoder().decode(bytes(encrypted, "ciphertext")));
    return PlatformCertificate.read(Pem.decode(new String(pem, StandardCharsets.US_ASCII)));
  }

  private static byte[] bytes(JsonNode node, String field) {
    return node.path(field).asText().getBytes(StandardCharsets.UTF_8);
  }

  private static String serial(X509Certificate certificate) {
    return certificate.getSerialNumber().toString(16).toUpperCase(java.util.Locale.ROOT);
  }
}
