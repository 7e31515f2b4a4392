package io.staleorders.config;

import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** An environment that is right, to be spoilt. */
final class Example {
  static final String PRIVATE_PEM =
      "-----BEGIN PRIVATE KEY-----\nPRIVATEKEYBODY\n-----END PRIVATE KEY-----";
  static final String PUBLIC_PEM =
      "-----BEGIN PUBLIC KEY-----\nPUBLICKEYBODY\n-----END PUBLIC KEY-----";
  static final String API_V3_KEY = "0123456789abcdef0123456789ABCDEF";

  static final KeyPair KEYS = keys();
  static final Settings.KeyReaders READERS =
      new Settings.KeyReaders(
          reader(PRIVATE_PEM, KEYS.getPrivate()), reader(PUBLIC_PEM, KEYS.getPublic()));

  private Example() {}

  /** All that is required, and nothing else. */
  static Map<String, String> least() {
    Map<String, String> environment = new HashMap<>();
    environment.put("HOSTNAME", "host-7");
    environment.put("DATABASE_URL", "jdbc:postgresql://db:5432/shop");
    environment.put("WECHATPAY_SP_MCHID", "1900000001");
    environment.put("WECHATPAY_CERT_SERIAL_NO", "5a1f0c");
    environment.put("WECHATPAY_PRIVATE_KEY", PRIVATE_PEM);
    environment.put("WECHATPAY_API_V3_KEY", API_V3_KEY);
    return environment;
  }

  /** The least, with {@code pairs} of names and values set. */
  static Map<String, String> with(String... pairs) {
    Map<String, String> environment = least();
    for (int i = 0; i < pairs.length; i += 2) {
      environment.put(pairs[i], pairs[i + 1]);
    }
    return environment;
  }

  static Reading<Settings> read(Map<String, String> environment) {
    return Settings.read(environment, READERS);
  }

  static Settings settings(Map<String, String> environment) {
    return switch (read(environment)) {
      case Reading.Valid<Settings> valid -> valid.settings();
      case Reading.Invalid<Settings> invalid -> throw new AssertionError(invalid.problems());
    };
  }

  /** The problems of an environment, none if it is right. */
  static List<String> problems(Map<String, String> environment) {
    return switch (read(environment)) {
      case Reading.Valid<Settings> valid -> List.of();
      case Reading.Invalid<Settings> invalid -> invalid.problems();
    };
  }

  private static <K> Function<String, K> reader(String pem, K key) {
    return text -> {
      if (text.equals(pem)) {
        return key;
      }
      throw new IllegalArgumentException("is not a key in PEM");
    };
  }

  private static KeyPair keys() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException impossible) {
      throw new AssertionError(impossible);
    }
  }
}
