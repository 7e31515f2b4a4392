package io.staleorders.wechatpay;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.RSAKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Reads RSA keys in PEM. Windows line ends are fine, as are {@code \n} written out and line breaks
 * turned into spaces, which is what environment variables do to keys. A fault is an {@link
 * IllegalArgumentException} that says what the text is instead, and never quotes it.
 */
public final class PemKeys {
  private static final int LEAST_BITS = 2048;
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private static final String PRIVATE_WANTED =
      "the merchant API private key (apiclient_key.pem) belongs here";
  private static final String PUBLIC_WANTED =
      "the WeChat Pay public key (pub_key.pem) belongs here";

  private PemKeys() {}

  /** The merchant API private key, in PKCS#8 or PKCS#1. */
  public static PrivateKey merchantPrivateKey(String pem) {
    Block block = choose(pem, List.of("PRIVATE KEY", "RSA PRIVATE KEY"), PRIVATE_WANTED);
    byte[] der = block.der();
    byte[] pkcs8 = block.label().equals("PRIVATE KEY") ? der : RsaDer.pkcs8OfPkcs1(der);
    return rsa(keys -> keys.generatePrivate(new PKCS8EncodedKeySpec(pkcs8)), PRIVATE_WANTED);
  }

  /** WeChat Pay's public key. */
  public static PublicKey wechatPayPublicKey(String pem) {
    Block block = choose(pem, List.of("PUBLIC KEY", "RSA PUBLIC KEY"), PUBLIC_WANTED);
    byte[] der = block.der();
    byte[] x509 = block.label().equals("PUBLIC KEY") ? der : RsaDer.x509OfPkcs1(der);
    return rsa(keys -> keys.generatePublic(new X509EncodedKeySpec(x509)), PUBLIC_WANTED);
  }

  /** The first block of a kind that fits; a file may hold a certificate beside its key. */
  private static Block choose(String pem, List<String> fitting, String wanted) {
    String text = pem.replace("\\r", "").replace("\\n", "\n");
    List<Block> blocks = BLOCK.matcher(text).results().map(Block::of).toList();
    return blocks.stream()
        .filter(block -> fitting.contains(block.label()))
        .findFirst()
        .orElseThrow(() -> fault(whatInstead(blocks), wanted));
  }

  private static String whatInstead(List<Block> blocks) {
    if (blocks.isEmpty()) {
      return "this is not PEM: it has no -----BEGIN …----- and -----END …----- lines";
    }
    return switch (blocks.getFirst().label()) {
      case "PRIVATE KEY", "RSA PRIVATE KEY" -> "this is a private key";
      case "PUBLIC KEY", "RSA PUBLIC KEY" -> "this is a public key";
      case "CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE" -> "this is a certificate";
      case "ENCRYPTED PRIVATE KEY" -> "this private key is encrypted";
      case "EC PRIVATE KEY", "DSA PRIVATE KEY" -> "this is not an RSA key";
      default -> "this is PEM of another kind";
    };
  }

  private static <K> K rsa(Decoding<K> decoding, String wanted) {
    K key;
    try {
      key = decoding.decode(KeyFactory.getInstance("RSA"));
    } catch (GeneralSecurityException e) {
      throw fault("this is not an RSA key, or it is damaged", wanted);
    }
    if (!(key instanceof RSAKey rsa)) {
      throw fault("this is not an RSA key", wanted);
    }
    int bits = rsa.getModulus().bitLength();
    if (bits < LEAST_BITS) {
      throw fault("this RSA key has " + bits + " bits, fewer than " + LEAST_BITS, wanted);
    }
    return key;
  }

  private static IllegalArgumentException fault(String what, String wanted) {
    return new IllegalArgumentException(what + "; " + wanted);
  }

  /** A way from encoded bytes to a key. */
  private interface Decoding<K> {
    K decode(KeyFactory keys) throws GeneralSecurityException;
  }

  /** One block of a PEM text. */
  private record Block(String label, String content) {

    static Block of(MatchResult match) {
      return new Block(match.group(1), match.group(2));
    }

    byte[] der() {
      if (content.contains("ENCRYPTED")) {
        throw new IllegalArgumentException(
            "this private key is encrypted; give it without a passphrase");
      }
      try {
        return Base64.getDecoder().decode(content.replaceAll("\\s", ""));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "this PEM is damaged: what is between its BEGIN and END lines is not Base64");
      }
    }
  }
}
