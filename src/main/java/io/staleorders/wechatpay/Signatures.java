package io.staleorders.wechatpay;

import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/**
 * RSA signatures with SHA-256, by the fastest provider that works here: Amazon Corretto Crypto
 * Provider signs in a third of the JDK's time. Where its native library does not load (another
 * processor or C library, a temporary folder that nothing may be run from), the JDK signs.
 */
public final class Signatures {
  private static final String ALGORITHM = "SHA256withRSA";
  private static final String FASTER = "com.amazon.corretto.crypto.provider";

  private static final class Best {
    static final Signatures SIGNATURES = among(found());
  }

  private final Optional<Provider> provider;

  private Signatures(Optional<Provider> provider) {
    this.provider = provider;
  }

  /** By the fastest provider; loaded when first asked for, which takes some tenths of a second. */
  static Signatures best() {
    return Best.SIGNATURES;
  }

  /** Name and version of the provider in use, for people. */
  public static String providerInUse() {
    return best().provider();
  }

  private static Stream<Provider> found() {
    return ServiceLoader.load(Provider.class).stream()
        .filter(one -> one.type().getPackageName().equals(FASTER))
        .map(ServiceLoader.Provider::get);
  }

  /** By the first that works, else by the JDK: one without its native library offers nothing. */
  static Signatures among(Stream<Provider> providers) {
    return new Signatures(
        providers.filter(one -> one.getService("Signature", ALGORITHM) != null).findFirst());
  }

  String provider() {
    return provider.map(one -> one.getName() + " " + one.getVersionStr()).orElse("JDK");
  }

  /** A new signature, to be initialized with a key. */
  Signature signature() throws GeneralSecurityException {
    return provider.isPresent()
        ? Signature.getInstance(ALGORITHM, provider.get())
        : Signature.getInstance(ALGORITHM);
  }

  /** The same RSA key as the provider holds it, so that it is not converted for each signature. */
  PrivateKey own(PrivateKey key) {
    return (PrivateKey) converted(key);
  }

  /** The same RSA key as the provider holds it, so that it is not converted for each reply. */
  PublicKey own(PublicKey key) {
    return (PublicKey) converted(key);
  }

  private Key converted(Key key) {
    if (provider.isEmpty()) {
      return key;
    }
    try {
      return KeyFactory.getInstance("RSA", provider.get()).translateKey(key);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(provider() + " does not take an RSA key", e);
    }
  }
}
