package io.staleorders.wechatpay;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.staleorders.order.VerificationFault;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import okhttp3.Headers;

/** Checks that a reply is WeChat Pay's, whole, and of now. */
final class ReplyVerifier {
  static final String SERIAL = "Wechatpay-Serial";
  static final String SIGNATURE = "Wechatpay-Signature";
  static final String TIMESTAMP = "Wechatpay-Timestamp";
  static final String NONCE = "Wechatpay-Nonce";

  private static final String SIGNTEST = "WECHATPAY/SIGNTEST/";
  private static final Duration TOLERANCE = Duration.ofMinutes(5);
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,11}");

  private final InstantSource clock;

  ReplyVerifier(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Why a reply is not believed; empty if it is.
   *
   * @param body as it was signed: raw bytes, content encoding undone
   * @param keys the key that a serial names
   */
  Optional<VerificationFault> fault(
      Headers headers, byte[] body, Function<String, Optional<PublicKey>> keys) {
    String serial = headers.get(SERIAL);
    String signature = headers.get(SIGNATURE);
    String timestamp = headers.get(TIMESTAMP);
    String nonce = headers.get(NONCE);
    if (serial == null || signature == null || timestamp == null || nonce == null) {
      return Optional.of(VerificationFault.MISSING_HEADERS);
    }
    if (signature.startsWith(SIGNTEST)) {
      return Optional.of(VerificationFault.SIGNTEST);
    }
    if (!SECONDS.matcher(timestamp).matches()) {
      return Optional.of(VerificationFault.MISSING_HEADERS);
    }
    Optional<PublicKey> key = keys.apply(serial);
    if (key.isEmpty()) {
      return Optional.of(VerificationFault.UNKNOWN_SERIAL);
    }
    if (!isSigned(key.get(), timestamp + "\n" + nonce + "\n", body, signature)) {
      return Optional.of(VerificationFault.WRONG_SIGNATURE);
    }
    return isOfNow(timestamp) ? Optional.empty() : Optional.of(VerificationFault.STALE_TIMESTAMP);
  }

  private boolean isOfNow(String timestamp) {
    Instant signedAt = Instant.ofEpochSecond(Long.parseLong(timestamp));
    return Duration.between(signedAt, clock.instant()).abs().compareTo(TOLERANCE) <= 0;
  }

  private static boolean isSigned(PublicKey key, String start, byte[] body, String base64) {
    try {
      Signature signature = Signatures.best().signature();
      signature.initVerify(key);
      signature.update(start.getBytes(UTF_8));
      signature.update(body);
      signature.update((byte) '\n');
      return signature.verify(Base64.getDecoder().decode(base64));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // A signature of the wrong length, or not Base64.
      return false;
    }
  }
}
