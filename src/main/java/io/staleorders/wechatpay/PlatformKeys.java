package io.staleorders.wechatpay;

import java.security.PublicKey;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Which key of WeChat Pay's verifies a reply, by the serial that the reply names: the public key,
 * and the platform certificates as last downloaded.
 */
final class PlatformKeys {
  private static final String PUBLIC_KEY_PREFIX = "PUB_KEY_ID_";

  private final Optional<WechatPayPublicKey> publicKey;
  private final InstantSource clock;
  private volatile CertificateSet certificates = CertificateSet.EMPTY;

  PlatformKeys(Optional<WechatPayPublicKey> publicKey, InstantSource clock) {
    this.publicKey =
        publicKey.map(
            given -> new WechatPayPublicKey(given.id(), Signatures.best().own(given.key())));
    this.clock = clock;
  }

  /** The key that {@code Wechatpay-Serial} of a reply names, if it is known and valid now. */
  Optional<PublicKey> named(String serial) {
    return publicKey
        .filter(known -> known.id().equals(serial))
        .map(WechatPayPublicKey::key)
        .or(() -> certificates.named(serial, clock.instant()));
  }

  /** What {@code Wechatpay-Serial} of a request asks replies to be signed with. */
  Optional<String> askedFor() {
    return publicKey.map(WechatPayPublicKey::id);
  }

  /** Whether a serial is one that no list of certificates can contain. */
  static boolean isPublicKeyId(String serial) {
    return serial.startsWith(PUBLIC_KEY_PREFIX);
  }

  CertificateSet certificates() {
    return certificates;
  }

  /** Takes these in place of the certificates so far. */
  void replaceCertificates(CertificateSet replacement) {
    certificates = replacement;
  }
}
