package io.staleorders.wechatpay;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Supplier;

/** Signs requests: {@code WECHATPAY2-SHA256-RSA2048}. Safe for use by many threads. */
final class RequestSigner {
  private static final String SCHEME = "WECHATPAY2-SHA256-RSA2048";
  private static final int NONCE_BYTES = 16;

  private final WechatPayAccount account;
  private final PrivateKey key;
  private final InstantSource clock;
  private final Supplier<String> nonces;

  /**
   * @param nonces gives a text never given before, of letters and digits
   */
  RequestSigner(WechatPayAccount account, InstantSource clock, Supplier<String> nonces) {
    this.account = account;
    this.key = Signatures.best().own(account.privateKey());
    this.clock = clock;
    this.nonces = nonces;
  }

  /** Nonces that nobody can guess. */
  static Supplier<String> randomNonces() {
    SecureRandom random = new SecureRandom();
    return () -> {
      byte[] bytes = new byte[NONCE_BYTES];
      random.nextBytes(bytes);
      return HexFormat.of().formatHex(bytes);
    };
  }

  /**
   * The {@code Authorization} header of a request.
   *
   * @param target path and query, exactly as they are sent
   * @param body exactly as it is sent; empty if there is none
   */
  String authorization(String method, String target, String body) {
    long timestamp = clock.instant().getEpochSecond();
    String nonce = nonces.get();
    String text = String.join("\n", method, target, Long.toString(timestamp), nonce, body, "");
    return SCHEME
        + field(" mchid", account.spMchid().value())
        + field(",nonce_str", nonce)
        + field(",signature", signature(text))
        + field(",timestamp", Long.toString(timestamp))
        + field(",serial_no", account.serialNo());
  }

  private static String field(String name, String value) {
    return name + "=\"" + value + "\"";
  }

  private String signature(String text) {
    try {
      Signature signature = Signatures.best().signature();
      signature.initSign(key);
      signature.update(text.getBytes(UTF_8));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      // Every Java has the algorithm, and the key was read as an RSA key.
      throw new IllegalStateException("the merchant API private key does not sign", e);
    }
  }

  @Override
  public String toString() {
    return "signer for " + account;
  }
}
