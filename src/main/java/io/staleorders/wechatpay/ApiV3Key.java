package io.staleorders.wechatpay;

import java.nio.charset.StandardCharsets;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** The merchant's APIv3 key, which the list of platform certificates is encrypted with. */
public final class ApiV3Key {
  private static final int LENGTH = 32;

  private final SecretKey key;

  private ApiV3Key(byte[] bytes) {
    this.key = new SecretKeySpec(bytes, "AES");
  }

  /**
   * Takes the key as the merchant console has it.
   *
   * @throws IllegalArgumentException if {@code text} is not 32 bytes long; the message says how
   *     long it is, and never what it is
   */
  public static ApiV3Key of(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length != LENGTH) {
      throw new IllegalArgumentException(
          "an APIv3 key is " + LENGTH + " bytes long; this has " + bytes.length);
    }
    return new ApiV3Key(bytes);
  }

  SecretKey key() {
    return key;
  }

  @Override
  public String toString() {
    return "APIv3 key";
  }
}
