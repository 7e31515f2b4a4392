package io.staleorders.wechatpay;

import java.security.PublicKey;
import java.util.Optional;

/** Which key of WeChat Pay's verifies a reply, by the serial that the reply names. */
final class PlatformKeys {
  private final Optional<WechatPayPublicKey> publicKey;

  PlatformKeys(Optional<WechatPayPublicKey> publicKey) {
    this.publicKey = publicKey;
  }

  /** The key that {@code Wechatpay-Serial} of a reply names, if it is known. */
  Optional<PublicKey> named(String serial) {
    return publicKey.filter(known -> known.id().equals(serial)).map(WechatPayPublicKey::key);
  }

  /** What {@code Wechatpay-Serial} of a request asks replies to be signed with. */
  Optional<String> askedFor() {
    return publicKey.map(WechatPayPublicKey::id);
  }
}
