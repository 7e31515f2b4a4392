package io.staleorders.wechatpay;

import java.security.PublicKey;
import java.util.regex.Pattern;

/**
 * WeChat Pay's public key, as the merchant console shows it.
 *
 * @param id {@code PUB_KEY_ID_…}, which replies name as their {@code Wechatpay-Serial}
 */
public record WechatPayPublicKey(String id, PublicKey key) {
  private static final Pattern FORM = Pattern.compile("[0-9A-Za-z_-]{1,128}");

  /**
   * @throws IllegalArgumentException if {@code id} cannot be a key's id
   */
  public WechatPayPublicKey {
    if (!FORM.matcher(id).matches()) {
      throw new IllegalArgumentException("not a public key id (PUB_KEY_ID_…): " + id);
    }
  }

  @Override
  public String toString() {
    return id;
  }
}
