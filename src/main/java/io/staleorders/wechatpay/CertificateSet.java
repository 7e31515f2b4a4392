package io.staleorders.wechatpay;

import java.math.BigInteger;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Platform certificates by serial. Several are valid at a time while WeChat Pay changes from one to
 * the next; one that is not valid yet is kept until it is.
 */
record CertificateSet(Map<BigInteger, X509Certificate> bySerial) {
  static final CertificateSet EMPTY = new CertificateSet(Map.of());

  private static final Pattern SERIAL = Pattern.compile("[0-9A-Fa-f]{1,64}");

  CertificateSet {
    bySerial = Map.copyOf(bySerial);
  }

  /** The certificates that have not expired. */
  static CertificateSet of(List<X509Certificate> certificates, Instant now) {
    return new CertificateSet(
        certificates.stream()
            .filter(certificate -> !hasExpired(certificate, now))
            .collect(
                Collectors.toMap(
                    X509Certificate::getSerialNumber, Function.identity(), (one, same) -> one)));
  }

  /** The key of the certificate with this serial (hexadecimal), if it is there and valid now. */
  Optional<PublicKey> named(String serial, Instant now) {
    return number(serial)
        .map(bySerial::get)
        .filter(certificate -> !hasExpired(certificate, now) && hasBegun(certificate, now))
        .map(X509Certificate::getPublicKey);
  }

  /** Their serials, upper-case hexadecimal. */
  List<String> serials() {
    return bySerial.keySet().stream()
        .map(serial -> serial.toString(16).toUpperCase(Locale.ROOT))
        .sorted()
        .toList();
  }

  /** A serial as a number, so that neither case nor leading zeros count. */
  static Optional<BigInteger> number(String serial) {
    return Optional.of(serial)
        .filter(text -> SERIAL.matcher(text).matches())
        .map(text -> new BigInteger(text, 16));
  }

  private static boolean hasExpired(X509Certificate certificate, Instant now) {
    return certificate.getNotAfter().toInstant().isBefore(now);
  }

  private static boolean hasBegun(X509Certificate certificate, Instant now) {
    return !certificate.getNotBefore().toInstant().isAfter(now);
  }
}
