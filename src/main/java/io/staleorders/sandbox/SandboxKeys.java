package io.staleorders.sandbox;

import java.math.BigInteger;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;

/**
 * All keys of a sandbox, the merchant's included: what a real merchant gets from the merchant
 * console, and what WeChat Pay keeps to itself.
 *
 * @param spMchid the only service provider that the sandbox knows
 * @param merchantSerial of the merchant API certificate, upper-case hexadecimal
 * @param merchant the merchant API key
 * @param publicKeyId id of the WeChat Pay public key, {@code PUB_KEY_ID_…}
 * @param wechatPay the key that replies are signed with under that id
 * @param platform the first platform certificate
 * @param apiV3Key 32 characters, under which certificates are downloaded
 */
public record SandboxKeys(
    String spMchid,
    String merchantSerial,
    KeyPair merchant,
    String publicKeyId,
    KeyPair wechatPay,
    PlatformCertificate platform,
    String apiV3Key) {
  /** The same for every sandbox, so that a deployment can name them before its keys are made. */
  private static final String SP_MCHID = "1900000100";

  private static final String MERCHANT_SERIAL = "5A4DB0C5A4DB0C5A4DB0C5A4DB0C5A4DB0C00001";
  private static final String PUBLIC_KEY_ID = "PUB_KEY_ID_0119000001002026010100000000000000";

  private static final class Shared {
    static final SandboxKeys KEYS = generate();
  }

  /** Keys in memory, made once a JVM because making them is slow. */
  public static SandboxKeys inMemory() {
    return Shared.KEYS;
  }

  /**
   * Keys kept in {@code folder}: made on first use (readable by the owner only, so others who share
   * the folder run as the same user), read afterwards.
   */
  public static SandboxKeys in(Path folder) {
    return KeyFolder.open(folder);
  }

  static SandboxKeys generate() {
    return new SandboxKeys(
        SP_MCHID,
        MERCHANT_SERIAL,
        Rsa.newKeys(),
        PUBLIC_KEY_ID,
        Rsa.newKeys(),
        PlatformCertificate.issue(Rsa.newKeys()),
        randomHex(32));
  }

  /** What the shop signs its requests with. */
  public PrivateKey merchantPrivateKey() {
    return merchant.getPrivate();
  }

  /** As in {@code apiclient_key.pem}: PKCS#8. */
  public String merchantPrivateKeyPem() {
    return privatePem(merchant);
  }

  /** What the shop checks replies with. */
  public PublicKey wechatPayPublicKey() {
    return wechatPay.getPublic();
  }

  /** As downloaded from the merchant console. */
  public String wechatPayPublicKeyPem() {
    return Pem.encode("PUBLIC KEY", wechatPay.getPublic().getEncoded());
  }

  /**
   * Writes {@code settings.env} beside these keys.
   *
   * @return its lines: the settings with which a service uses the sandbox at {@code baseUrl}
   */
  public List<String> writeSettings(Path folder, String baseUrl) {
    return KeyFolder.writeSettings(folder, this, baseUrl);
  }

  static String privatePem(KeyPair keys) {
    return Pem.encode("PRIVATE KEY", keys.getPrivate().getEncoded());
  }

  /** Without the secrets. */
  @Override
  public String toString() {
    return "SandboxKeys[" + spMchid + ", " + merchantSerial + ", " + publicKeyId + "]";
  }

  private static String randomHex(int length) {
    BigInteger value = new BigInteger(length * 4 - 2, new SecureRandom()).setBit(length * 4 - 2);
    return value.toString(16).toUpperCase(Locale.ROOT);
  }
}
