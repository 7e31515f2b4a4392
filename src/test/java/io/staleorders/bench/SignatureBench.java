package io.staleorders.bench;

import java.lang.management.ManagementFactory;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.Signature;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.ServiceLoader;
import org.conscrypt.Conscrypt;

/** What an RSA-2048 signature with SHA-256 costs, by provider: milliseconds of CPU. */
final class SignatureBench {
  private static final String ALGORITHM = "SHA256withRSA";

  /** About as long as what is signed of a close call. */
  private static final byte[] TEXT = new byte[220];

  private SignatureBench() {}

  /**
   * CPU time.
   *
   * @param signMs of one signature
   * @param verifyMs of one verification
   */
  record Cost(double signMs, double verifyMs) {
    double both() {
      return signMs + verifyMs;
    }
  }

  /** One thing to do, over and over. */
  private interface Once {
    void run() throws GeneralSecurityException;
  }

  static Chapter measure(Stage stage, Choices choices) {
    Map<String, Cost> costs = costs(choices.rounds(), choices.size(1_000, 100));
    Chapter.Table table =
        new Chapter().table("provider", "sign, ms", "verify, ms", "signs a second on one core");
    Map<String, Double> bars = new LinkedHashMap<>();
    costs.forEach(
        (name, cost) -> {
          table.row(name, cost.signMs(), cost.verifyMs(), 1_000 / cost.signMs());
          bars.put(name, Math.rint(1_000 / cost.signMs()));
        });
    new Charts(choices).bars("signature.svg", "RSA-2048 signatures on one core", "a second", bars);
    return table.end().picture("Signatures a second by provider", "signature.svg");
  }

  /** Of the provider that the service uses on this machine. */
  static Cost ofProviderInUse() {
    Map<String, Cost> costs = costs(1, 300);
    return Objects.requireNonNull(
        corretto().map(one -> costs.get(name(one))).orElseGet(() -> costs.get(name(jdk()))));
  }

  private static Map<String, Cost> costs(int rounds, int millis) {
    try {
      KeyPair keys = newKeys();
      Map<String, List<Cost>> all = new LinkedHashMap<>();
      for (int round = 0; round <= rounds; round++) {
        for (Provider provider : providers()) {
          Cost cost = cost(provider, keys, millis);
          if (round > 0) {
            all.computeIfAbsent(name(provider), absent -> new ArrayList<>()).add(cost);
          }
        }
      }
      Map<String, Cost> medians = new LinkedHashMap<>();
      all.forEach(
          (name, costs) ->
              medians.put(
                  name,
                  new Cost(
                      Numbers.median(costs.stream().map(Cost::signMs).toList()),
                      Numbers.median(costs.stream().map(Cost::verifyMs).toList()))));
      return medians;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<Provider> providers() {
    List<Provider> providers = new ArrayList<>();
    providers.add(jdk());
    if (Conscrypt.isAvailable()) {
      providers.add(Conscrypt.newProvider());
    }
    corretto().ifPresent(providers::add);
    return providers;
  }

  private static Provider jdk() {
    return Security.getProvider("SunRsaSign");
  }

  private static Optional<Provider> corretto() {
    return ServiceLoader.load(Provider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(one -> one.getName().startsWith("AmazonCorretto"))
        .filter(one -> one.getService("Signature", ALGORITHM) != null)
        .findFirst();
  }

  private static String name(Provider provider) {
    return provider.getName() + " " + provider.getVersionStr();
  }

  private static KeyPair newKeys() throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  private static Cost cost(Provider provider, KeyPair keys, int millis)
      throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("RSA", provider);
    PrivateKey own = (PrivateKey) factory.translateKey(keys.getPrivate());
    byte[] signed = sign(provider, own);
    double sign = cpuOf(() -> sign(provider, own), millis);
    double verify = cpuOf(() -> verify(provider, keys.getPublic(), signed), millis / 2);
    return new Cost(sign, verify);
  }

  private static byte[] sign(Provider provider, PrivateKey key) throws GeneralSecurityException {
    Signature signature = Signature.getInstance(ALGORITHM, provider);
    signature.initSign(key);
    signature.update(TEXT);
    return signature.sign();
  }

  private static void verify(Provider provider, PublicKey key, byte[] signed)
      throws GeneralSecurityException {
    Signature signature = Signature.getInstance(ALGORITHM, provider);
    signature.initVerify(key);
    signature.update(TEXT);
    if (!signature.verify(signed)) {
      throw new IllegalStateException(provider + " does not believe itself");
    }
  }

  private static double cpuOf(Once once, int millis) throws GeneralSecurityException {
    long end = cpu() + millis * 1_000_000L;
    long begun = cpu();
    int times = 0;
    long now = begun;
    while (now < end) {
      once.run();
      times++;
      now = cpu();
    }
    return (now - begun) / 1e6 / times;
  }

  private static long cpu() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
