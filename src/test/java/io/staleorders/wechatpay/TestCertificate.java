package io.staleorders.wechatpay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.wechat.pay.java.core.cipher.AeadAesCipher;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A platform certificate as WeChat Pay hands it out.
 *
 * @param serial upper-case hexadecimal
 */
record TestCertificate(String serial, KeyPair key, Instant from, Instant until) {
  static final String API_V3_KEY = "0123456789abcdef0123456789ABCDEF";

  private static final String NONCE = "61f9c719728a";
  private static final String ASSOCIATED_DATA = "certificate";
  private static final byte[] SHA256_WITH_RSA = {
    0x30, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 11, 5, 0
  };

  /** The body of an answer with these certificates, encrypted by the official SDK. */
  static String list(TestCertificate... certificates) {
    return body(
        List.of(certificates).stream()
            .map(c -> c.entry(API_V3_KEY))
            .collect(Collectors.joining(",")));
  }

  static String body(String entries) {
    return "{\"data\":[" + entries + "]}";
  }

  /** One entry of the list. */
  String entry(String apiV3Key) {
    return entry(serial, apiV3Key, pem());
  }

  /** One entry, whatever it holds. */
  static String entry(String serial, String apiV3Key, String plaintext) {
    String ciphertext =
        new AeadAesCipher(apiV3Key.getBytes(UTF_8))
            .encrypt(
                ASSOCIATED_DATA.getBytes(UTF_8), NONCE.getBytes(UTF_8), plaintext.getBytes(UTF_8));
    return """
        {"serial_no":"%s","effective_time":"2026-01-01T00:00:00+08:00",
        "expire_time":"2031-01-01T00:00:00+08:00","encrypt_certificate":{
        "algorithm":"AEAD_AES_256_GCM","nonce":"%s","associated_data":"%s","ciphertext":"%s"}}"""
        .formatted(serial, NONCE, ASSOCIATED_DATA, ciphertext);
  }

  /** The certificate, signed by itself. */
  String pem() {
    byte[] commonName = {6, 3, 0x55, 4, 3};
    byte[] wechatPay = tlv(0x0c, "Tenpay.com".getBytes(UTF_8));
    byte[] name = tlv(0x30, tlv(0x31, tlv(0x30, commonName, wechatPay)));
    byte[] toSign =
        tlv(
            0x30,
            tlv(0x02, new BigInteger(serial, 16).toByteArray()),
            SHA256_WITH_RSA,
            name,
            tlv(0x30, time(from), time(until)),
            name,
            key.getPublic().getEncoded());
    byte[] der = tlv(0x30, toSign, SHA256_WITH_RSA, tlv(0x03, new byte[1], signature(toSign)));
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n"
        .formatted(Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der));
  }

  private byte[] signature(byte[] text) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key.getPrivate());
      signature.update(text);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] time(Instant at) {
    String text =
        DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").format(at.atOffset(ZoneOffset.UTC));
    return tlv(0x18, text.getBytes(UTF_8));
  }

  private static byte[] tlv(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (content.size() < 0x80) {
      out.write(content.size());
    } else {
      out.write(0x82);
      out.write(content.size() >> 8);
      out.write(content.size());
    }
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
