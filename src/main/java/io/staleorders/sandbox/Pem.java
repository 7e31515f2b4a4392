package io.staleorders.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** PEM text: a type, and DER bytes in Base64. */
final class Pem {
  private Pem() {}

  static String encode(String type, byte[] der) {
    String base64 =
        Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(der);
    return "-----BEGIN " + type + "-----\n" + base64 + "\n-----END " + type + "-----\n";
  }

  static byte[] decode(String pem) {
    return Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
  }
}
