package io.staleorders.wechatpay;

import java.io.ByteArrayOutputStream;

/** Puts bare RSA keys (PKCS#1) into the envelopes that Java reads. */
final class RsaDer {
  private static final int INTEGER = 0x02;
  private static final int BIT_STRING = 0x03;
  private static final int OCTET_STRING = 0x04;
  private static final int SEQUENCE = 0x30;

  private static final byte[] VERSION_0 = {INTEGER, 1, 0};

  /** {@code SEQUENCE { OBJECT IDENTIFIER 1.2.840.113549.1.1.1 (rsaEncryption), NULL }}. */
  private static final byte[] RSA_ENCRYPTION = {
    SEQUENCE, 13, 6, 9, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 1, 1, 1, 5, 0
  };

  private static final byte[] NO_UNUSED_BITS = {0};

  private RsaDer() {}

  /** PrivateKeyInfo of RFC 5208. */
  static byte[] pkcs8OfPkcs1(byte[] key) {
    return wrap(SEQUENCE, VERSION_0, RSA_ENCRYPTION, wrap(OCTET_STRING, key));
  }

  /** SubjectPublicKeyInfo of RFC 5280. */
  static byte[] x509OfPkcs1(byte[] key) {
    return wrap(SEQUENCE, RSA_ENCRYPTION, wrap(BIT_STRING, NO_UNUSED_BITS, key));
  }

  private static byte[] wrap(int tag, byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream(length + 5);
    out.write(tag);
    if (length < 0x80) {
      out.write(length);
    } else {
      out.write(0x83);
      out.write(length >> 16);
      out.write(length >> 8);
      out.write(length);
    }
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
