package io.staleorders.sandbox;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;

/** RSA keys of 2048 bits, and SHA256withRSA signatures. */
final class Rsa {
  private Rsa() {}

  static KeyPair newKeys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has RSA", e);
    }
  }

  /** The private key in PKCS#8 PEM, and the public key that belongs to it. */
  static KeyPair fromPem(String pem) {
    try {
      KeyFactory factory = KeyFactory.getInstance("RSA");
      PrivateKey key = factory.generatePrivate(new PKCS8EncodedKeySpec(Pem.decode(pem)));
      RSAPrivateCrtKey crt = (RSAPrivateCrtKey) key;
      return new KeyPair(
          factory.generatePublic(new RSAPublicKeySpec(crt.getModulus(), crt.getPublicExponent())),
          key);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an RSA private key in PEM", e);
    }
  }

  static byte[] sign(PrivateKey key, byte[] message) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(key);
      signature.update(message);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("signing with our own key", e);
    }
  }

  static boolean verify(PublicKey key, byte[] message, byte[] signed) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initVerify(key);
      signature.update(message);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false; // a signature of the wrong length
    }
  }
}
