package io.staleorders.wechatpay;

import io.staleorders.order.MerchantId;
import java.security.PrivateKey;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * In whose name requests are signed, and by what replies are verified.
 *
 * @param spMchid the service provider's number
 * @param serialNo of the merchant API certificate: hexadecimal, kept in upper case
 * @param privateKey of the merchant API certificate
 * @param publicKey WeChat Pay's, if the merchant has been given one
 * @param apiV3Key to download platform certificates with, if they are to be used
 */
public record WechatPayAccount(
    MerchantId spMchid,
    String serialNo,
    PrivateKey privateKey,
    Optional<WechatPayPublicKey> publicKey,
    Optional<ApiV3Key> apiV3Key) {
  private static final Pattern SERIAL = Pattern.compile("[0-9A-F]{1,64}");

  /**
   * @throws IllegalArgumentException if the serial number is not hexadecimal, or if there is
   *     nothing to verify replies by
   */
  public WechatPayAccount {
    serialNo = serialNo.toUpperCase(Locale.ROOT);
    if (!SERIAL.matcher(serialNo).matches()) {
      throw new IllegalArgumentException("not a certificate's serial number: " + serialNo);
    }
    if (publicKey.isEmpty() && apiV3Key.isEmpty()) {
      throw new IllegalArgumentException(
          "WeChat Pay's public key, the APIv3 key, or both are needed to verify replies");
    }
  }

  @Override
  public String toString() {
    return "account of " + spMchid + ", certificate " + serialNo;
  }
}
