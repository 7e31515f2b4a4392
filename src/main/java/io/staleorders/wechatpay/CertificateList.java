package io.staleorders.wechatpay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * What a download of platform certificates brought: taken whole, or not at all.
 *
 * <p>The reader decrypts and parses; whether the list is WeChat Pay's is another question.
 */
sealed interface CertificateList {

  /** Every entry could be decrypted and read. */
  record Whole(List<X509Certificate> certificates) implements CertificateList {}

  /**
   * At least one could not.
   *
   * @param why for a person
   */
  record Garbled(String why) implements CertificateList {}

  String ALGORITHM = "AEAD_AES_256_GCM";
  int TAG_BITS = 128;
  int LEAST_KEY_BITS = 2048;

  /** Reads the body of an answer. */
  static CertificateList read(Optional<JsonNode> body, ApiV3Key key) {
    Optional<JsonNode> data =
        body.flatMap(object -> Optional.ofNullable(object.get("data"))).filter(JsonNode::isArray);
    if (data.isEmpty()) {
      return new Garbled("the answer is no list of certificates");
    }
    List<X509Certificate> certificates = new ArrayList<>();
    for (JsonNode entry : data.get()) {
      switch (readEntry(entry, key)) {
        case Whole one -> certificates.addAll(one.certificates());
        case Garbled garbled -> {
          return garbled;
        }
      }
    }
    return certificates.isEmpty()
        ? new Garbled("the list of certificates is empty")
        : new Whole(certificates);
  }

  private static CertificateList readEntry(JsonNode entry, ApiV3Key key) {
    JsonNode encrypted = entry.path("encrypt_certificate");
    Optional<String> serial = Json.text(entry, "serial_no");
    Optional<String> nonce = Json.text(encrypted, "nonce");
    Optional<String> ciphertext = Json.text(encrypted, "ciphertext");
    boolean rightAlgorithm =
        Json.text(encrypted, "algorithm").filter(ALGORITHM::equals).isPresent();
    if (serial.isEmpty() || nonce.isEmpty() || ciphertext.isEmpty() || !rightAlgorithm) {
      return new Garbled("an entry of the list is not an encrypted certificate");
    }
    String associatedData = Json.text(encrypted, "associated_data").orElse("");
    try {
      byte[] pem = decrypt(key, nonce.get(), associatedData, ciphertext.get());
      return checked(certificate(pem), serial.get());
    } catch (AEADBadTagException e) {
      return new Garbled("WECHATPAY_API_V3_KEY does not decrypt an entry of the list");
    } catch (CertificateException e) {
      return new Garbled("an entry of the list is not an X.509 certificate");
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return new Garbled("an entry of the list cannot be decrypted");
    }
  }

  private static byte[] decrypt(
      ApiV3Key key, String nonce, String associatedData, String ciphertext)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE, key.key(), new GCMParameterSpec(TAG_BITS, nonce.getBytes(UTF_8)));
    cipher.updateAAD(associatedData.getBytes(UTF_8));
    return cipher.doFinal(Base64.getDecoder().decode(ciphertext));
  }

  private static X509Certificate certificate(byte[] pem) throws CertificateException {
    return (X509Certificate)
        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(pem));
  }

  private static CertificateList checked(X509Certificate certificate, String serial) {
    if (!CertificateSet.number(serial).equals(Optional.of(certificate.getSerialNumber()))) {
      return new Garbled("an entry of the list has another certificate's serial number");
    }
    boolean strong =
        certificate.getPublicKey() instanceof RSAPublicKey rsa
            && rsa.getModulus().bitLength() >= LEAST_KEY_BITS;
    return strong
        ? new Whole(List.of(certificate))
        : new Garbled("a certificate of the list has no RSA key of 2048 bits or more");
  }
}
