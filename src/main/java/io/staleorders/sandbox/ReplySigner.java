package io.staleorders.sandbox;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Signs replies as WeChat Pay does, or wrongly on purpose. */
final class ReplySigner {
  /** Of a key that nobody has. */
  private static final String UNKNOWN_SERIAL = "5157F09EFDC096DE15EBE81A47057A7232F1B8E1";

  private final SandboxKeys keys;
  private final PlatformCertificates certificates;
  private final InstantSource clock;
  private volatile boolean byCertificate;

  /** A key and the serial that names it. */
  private record Signer(String serial, PrivateKey key) {}

  ReplySigner(SandboxKeys keys, PlatformCertificates certificates, InstantSource clock) {
    this.keys = keys;
    this.certificates = certificates;
    this.clock = clock;
  }

  /** Who signs when the request does not ask for a key: the newest certificate, or the key. */
  void byCertificate(boolean on) {
    this.byCertificate = on;
  }

  boolean byCertificate() {
    return byCertificate;
  }

  /** The headers that sign {@code body}, by the key that the request asks for if it is known. */
  Map<String, String> headers(Incoming request, byte[] body, Signing signing) {
    if (signing == Signing.NONE) {
      return Map.of();
    }
    Signer signer = signer(request);
    Duration age = signing == Signing.STALE ? Duration.ofMinutes(10) : Duration.ZERO;
    String timestamp = Long.toString(clock.instant().minus(age).getEpochSecond());
    String nonce = UUID.randomUUID().toString().replace("-", "");
    byte[] signed = signing == Signing.OTHER_BODY ? "{}".getBytes(StandardCharsets.UTF_8) : body;
    String signature =
        Base64.getEncoder()
            .encodeToString(Rsa.sign(signer.key(), message(timestamp, nonce, signed)));
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Wechatpay-Nonce", nonce);
    headers.put("Wechatpay-Signature", spoiled(signature, signing));
    headers.put("Wechatpay-Timestamp", timestamp);
    headers.put(
        "Wechatpay-Serial", signing == Signing.UNKNOWN_SERIAL ? UNKNOWN_SERIAL : signer.serial());
    headers.put("Wechatpay-Signature-Type", "WECHATPAY2-SHA256-RSA2048");
    if (signing == Signing.NO_NONCE) {
      headers.remove("Wechatpay-Nonce");
    }
    return headers;
  }

  private static String spoiled(String signature, Signing signing) {
    return switch (signing) {
      case WRONG ->
          new StringBuilder(signature.substring(0, 340)).reverse() + signature.substring(340);
      case SIGNTEST -> "WECHATPAY/SIGNTEST/" + signature.substring(19);
      case RIGHT, NONE, UNKNOWN_SERIAL, NO_NONCE, STALE, OTHER_BODY -> signature;
    };
  }

  private Signer signer(Incoming request) {
    String asked = request.header("Wechatpay-Serial");
    if (asked.equals(keys.publicKeyId())) {
      return publicKey();
    }
    Optional<Signer> askedFor = certificates.bySerial(asked).map(ReplySigner::certificate);
    // The list is often fetched to learn the very key that signs it.
    return askedFor.orElseGet(
        () ->
            byCertificate || request.path().equals(Call.CERTIFICATES_PATH)
                ? certificate(certificates.newest())
                : publicKey());
  }

  private Signer publicKey() {
    return new Signer(keys.publicKeyId(), keys.wechatPay().getPrivate());
  }

  private static Signer certificate(PlatformCertificate certificate) {
    return new Signer(certificate.serial(), certificate.keys().getPrivate());
  }

  private static byte[] message(String timestamp, String nonce, byte[] body) {
    byte[] head = (timestamp + "\n" + nonce + "\n").getBytes(StandardCharsets.UTF_8);
    byte[] message = new byte[head.length + body.length + 1];
    System.arraycopy(head, 0, message, 0, head.length);
    System.arraycopy(body, 0, message, head.length, body.length);
    message[message.length - 1] = '\n';
    return message;
  }
}
