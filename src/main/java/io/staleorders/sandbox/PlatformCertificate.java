package io.staleorders.sandbox;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Locale;

/** A platform certificate, self-signed, with its keys. */
record PlatformCertificate(KeyPair keys, X509Certificate certificate) {
  /** Valid for so long that no test's clock leaves it. */
  private static final Instant VALID_FROM = Instant.parse("2020-01-01T00:00:00Z");

  private static final Instant VALID_UNTIL = Instant.parse("2049-12-31T00:00:00Z");

  /** A new one. */
  static PlatformCertificate issue(KeyPair keys) {
    BigInteger serial = new BigInteger(158, new SecureRandom()).setBit(158);
    byte[] algorithm = Der.sequence(Der.oid(1, 2, 840, 113549, 1, 1, 11), Der.nothing());
    byte[] name =
        Der.sequence(
            Der.set(Der.sequence(Der.oid(2, 5, 4, 3), Der.text("Sandbox, not WeChat Pay"))));
    byte[] content =
        Der.sequence(
            Der.tagged(0xa0, Der.integer(BigInteger.TWO)), // version 3
            Der.integer(serial),
            algorithm,
            name,
            Der.sequence(Der.time(VALID_FROM), Der.time(VALID_UNTIL)),
            name,
            keys.getPublic().getEncoded());
    byte[] signature = Der.bitString(Rsa.sign(keys.getPrivate(), content));
    return new PlatformCertificate(keys, read(Der.sequence(content, algorithm, signature)));
  }

  static X509Certificate read(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("not a certificate", e);
    }
  }

  /** The serial number as WeChat Pay writes it: upper-case hexadecimal. */
  String serial() {
    return certificate.getSerialNumber().toString(16).toUpperCase(Locale.ROOT);
  }

  String pem() {
    try {
      return Pem.encode("CERTIFICATE", certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalStateException("a certificate that was read can be written", e);
    }
  }
}
