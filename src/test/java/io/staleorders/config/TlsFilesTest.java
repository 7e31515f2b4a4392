package io.staleorders.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Fast
class TlsFilesTest {
  private static final byte[] RSA = Example.KEYS.getPrivate().getEncoded();

  @TempDir Path folder;

  private static String pem(String label, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(label, Base64.getMimeEncoder().encodeToString(der), label);
  }

  /** Inside the envelope of PKCS#8. */
  private static byte[] pkcs1() {
    return Arrays.copyOfRange(RSA, 4 + 3 + 15 + 4, RSA.length);
  }

  private List<String> problems(String parameter, String name, byte[] content) throws IOException {
    Path file = Files.write(folder.resolve(name), content);
    return Example.problems(
        Example.with("DATABASE_URL", "jdbc:postgresql://db/shop?" + parameter + "=" + file));
  }

  private List<String> key(String name, String content) throws IOException {
    return problems("sslkey", name, content.getBytes(UTF_8));
  }

  private static byte[] ec() throws GeneralSecurityException {
    return KeyPairGenerator.getInstance("EC").generateKeyPair().getPrivate().getEncoded();
  }

  @Test
  void keysThatTheDriverReadsPass() throws Exception {
    assertThat(key("client.key", pem("PRIVATE KEY", RSA))).isEmpty();
    assertThat(key("client.pem", pem("PRIVATE KEY", RSA))).isEmpty();
    assertThat(problems("sslkey", "client.pk8", RSA)).isEmpty();
    assertThat(problems("sslkey", "client.der", RSA)).isEmpty();
    assertThat(
            problems(
                "pemKeyAlgorithm=EC&sslkey", "ec.pem", pem("PRIVATE KEY", ec()).getBytes(UTF_8)))
        .isEmpty();
  }

  @Test
  void keyInAnotherFormIsAFaultWithTheCommandThatConvertsIt() throws Exception {
    String file = folder.resolve("client.key").toString();

    assertThat(key("client.key", pem("RSA PRIVATE KEY", pkcs1())))
        .singleElement()
        .asString()
        .contains("PKCS#1")
        .contains(
            "openssl pkcs8 -topk8 -nocrypt -in " + file + " -out " + file + ".pk8.pem",
            "sslkey=" + file + ".pk8.pem");
    assertThat(key("ec.key", pem("EC PARAMETERS", new byte[3]) + pem("EC PRIVATE KEY", ec())))
        .singleElement()
        .asString()
        .contains("SEC1", "openssl pkcs8 -topk8 -nocrypt", "pemKeyAlgorithm=EC");
    assertThat(key("locked.key", pem("ENCRYPTED PRIVATE KEY", RSA)))
        .singleElement()
        .asString()
        .contains("encrypted", "openssl pkcs8 -topk8 -nocrypt");
    assertThat(problems("sslkey", "client.pk8", Arrays.copyOf(RSA, 99)))
        .singleElement()
        .asString()
        .contains("openssl pkcs8 -topk8 -nocrypt -inform DER -in ");
  }

  @Test
  void keyThatCannotBeReadSaysWhy() throws Exception {
    assertThat(key("ec.pem", pem("PRIVATE KEY", ec())).toString())
        .contains("add pemKeyAlgorithm=EC");
    assertThat(key("cut.pem", pem("PRIVATE KEY", Arrays.copyOf(RSA, 99))).toString())
        .contains("damaged");
    assertThat(key("cert.pem", pem("CERTIFICATE", RSA)).toString()).contains("no private key");
    assertThat(problems("sslkey", "der.pem", RSA).toString()).contains("rename it to .der");
    assertThat(key("pem.der", pem("PRIVATE KEY", RSA)).toString()).contains("rename it to .pem");
    assertThat(problems("sslkey", "client.p12", RSA).toString()).contains("PKCS#12");
    assertThat(problems("sslkey", "client.key", RSA).toString() + key("x.pem", ""))
        .doesNotContain(Base64.getEncoder().encodeToString(RSA).substring(0, 40));
  }

  @Test
  void keyStoreIsOpenedWithItsPassword() throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    Path file = folder.resolve("client.p12");
    try (OutputStream out = Files.newOutputStream(file)) {
      store.store(out, "secret".toCharArray());
    }

    assertThat(TlsFiles.problems(Map.of("sslkey", file.toString(), "sslpassword", "secret")))
        .isEmpty();
    assertThat(TlsFiles.problems(Map.of("sslkey", file.toString(), "sslpassword", "wrong")))
        .hasSize(1);
  }

  @Test
  void certificateThatIsNoneIsAFault() throws Exception {
    assertThat(problems("sslrootcert", "root.crt", pem("PRIVATE KEY", RSA).getBytes(UTF_8)))
        .singleElement()
        .asString()
        .contains("sslrootcert", "no certificate", "BEGIN PRIVATE KEY");
    assertThat(problems("sslcert", "client.crt", new byte[0])).hasSize(1);
    assertThat(TlsFiles.problems(Map.of("sslrootcert", folder.toString()))).hasSize(1);
  }

  @Test
  void verificationNeedsARootCertificate() {
    assertThat(TlsFiles.problems(Map.of("sslmode", "verify-full")).toString())
        .contains("sslrootcert");
  }
}
