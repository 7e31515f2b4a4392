package io.staleorders.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.EncryptedPrivateKeyInfo;

/**
 * Looks at the files that a database URL names for TLS. The JDBC driver itself reads them only when
 * it connects, and says of a key in another form no more than "Illegal base64 character".
 */
final class TlsFiles {
  /** Many times the longest key; a bundle of all root certificates is shorter, too. */
  private static final int MOST_BYTES = 4 * 1024 * 1024;

  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----(.*?)-----END \\1-----", Pattern.DOTALL);

  private final Map<String, String> parameters;
  private final List<String> problems = new ArrayList<>();

  private TlsFiles(Map<String, String> parameters) {
    this.parameters = parameters;
  }

  /**
   * What is wrong with the files, a line each, and the command that mends it.
   *
   * @param parameters under the driver's names
   */
  static List<String> problems(Map<String, String> parameters) {
    TlsFiles files = new TlsFiles(parameters);
    files.certificates("sslrootcert");
    files.certificates("sslcert");
    files.read("sslkey").ifPresent(files::key);
    files.defaultRootCertificate();
    return files.problems;
  }

  private Optional<String> path(String parameter) {
    return Optional.ofNullable(parameters.get(parameter));
  }

  private void fault(String parameter, String problem) {
    problems.add(
        "parameter "
            + parameter
            + "='"
            + Fault.shown(path(parameter).orElse(""))
            + "': "
            + problem);
  }

  private Optional<byte[]> read(String parameter) {
    return path(parameter).flatMap(path -> read(parameter, path));
  }

  private Optional<byte[]> read(String parameter, String path) {
    try (InputStream file = Files.newInputStream(Path.of(path))) {
      return Optional.of(file.readNBytes(MOST_BYTES));
    } catch (InvalidPathException notAPath) {
      fault(parameter, "is no path");
    } catch (NoSuchFileException missing) {
      fault(parameter, "there is no such file");
    } catch (AccessDeniedException denied) {
      fault(parameter, "the file is not readable by this user");
    } catch (IOException unreadable) {
      fault(parameter, "the file cannot be read");
    }
    return Optional.empty();
  }

  private void certificates(String parameter) {
    read(parameter)
        .filter(bytes -> !areCertificates(bytes))
        .ifPresent(
            bytes ->
                fault(
                    parameter,
                    "the file holds no certificate (-----BEGIN CERTIFICATE-----)"
                        + foundIn(bytes)));
  }

  private static boolean areCertificates(byte[] bytes) {
    try {
      return !CertificateFactory.getInstance("X.509")
          .generateCertificates(new ByteArrayInputStream(bytes))
          .isEmpty();
    } catch (GeneralSecurityException notCertificates) {
      return false;
    }
  }

  private static String foundIn(byte[] bytes) {
    Matcher block = block(bytes);
    return block.find() ? ", but -----BEGIN " + block.group(1) + "-----" : "";
  }

  private static Matcher block(byte[] bytes) {
    return BLOCK.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  /** The driver goes by the end of the file's name. */
  private void key(byte[] bytes) {
    String path = path("sslkey").orElse("").toLowerCase(Locale.ROOT);
    if (path.endsWith(".p12") || path.endsWith(".pfx")) {
      keyStore(bytes);
      return;
    }
    Matcher block = block(bytes);
    if (!block.find()) {
      derKey(bytes, path.endsWith(".pem"));
    } else if (path.endsWith(".der")) {
      fault("sslkey", "the file is PEM although its name ends with .der: rename it to .pem");
    } else {
      pemKey(block);
    }
  }

  private void pemKey(Matcher found) {
    Matcher block = found;
    // EC keys often come with their parameters first.
    if (block.group(1).endsWith("PARAMETERS") && !block.find()) {
      fault("sslkey", "the file holds no private key");
      return;
    }
    switch (block.group(1)) {
      case "PRIVATE KEY" -> pkcs8(Base64.getMimeDecoder().decode(block.group(2)));
      case "RSA PRIVATE KEY" -> convert("is in PKCS#1 form", "", "");
      case "EC PRIVATE KEY" -> convert("is in SEC1 form", "", " and add pemKeyAlgorithm=EC");
      case "ENCRYPTED PRIVATE KEY" -> convert("is encrypted PEM", "", "");
      default -> fault("sslkey", "the file holds no private key" + ", but " + block.group(1));
    }
  }

  /** Reads a PEM key of the given algorithm, as the driver would. */
  private void pkcs8(byte[] der) {
    String algorithm = parameters.getOrDefault("pemKeyAlgorithm", "RSA");
    String other = algorithm.equals("RSA") ? "EC" : "RSA";
    if (isKey(der, algorithm)) {
      return;
    }
    fault(
        "sslkey",
        isKey(der, other)
            ? "this is an " + other + " key: add pemKeyAlgorithm=" + other
            : "the private key is damaged");
  }

  private void derKey(byte[] bytes, boolean namedPem) {
    boolean isPlain = isKey(bytes, "RSA") || isKey(bytes, "EC");
    if (namedPem && (isPlain || isEncrypted(bytes))) {
      fault("sslkey", "the file is DER although its name ends with .pem: rename it to .der");
    } else if (!isPlain && !isEncrypted(bytes)) {
      convert("is not in PKCS#8 form", "-inform DER ", "");
    } else if (!isPlain && !parameters.containsKey("sslpassword")) {
      fault("sslkey", "the private key is encrypted: add sslpassword");
    }
  }

  private void keyStore(byte[] bytes) {
    try {
      KeyStore.getInstance("PKCS12")
          .load(
              new ByteArrayInputStream(bytes),
              parameters.getOrDefault("sslpassword", "").toCharArray());
    } catch (IOException | GeneralSecurityException e) {
      fault("sslkey", "the file is no PKCS#12 key store that sslpassword opens");
    }
  }

  private void convert(String form, String options, String also) {
    String path = path("sslkey").orElse("");
    fault(
        "sslkey",
        String.format(
            Locale.ROOT,
            "the private key %s, which the JDBC driver does not read; convert it: openssl pkcs8"
                + " -topk8 -nocrypt %s-in %s -out %s.pk8.pem, then set sslkey=%s.pk8.pem%s",
            form,
            options,
            Fault.shown(path),
            Fault.shown(path),
            Fault.shown(path),
            also));
  }

  private static boolean isKey(byte[] pkcs8, String algorithm) {
    try {
      KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
      return true;
    } catch (GeneralSecurityException notSuchAKey) {
      return false;
    }
  }

  private static boolean isEncrypted(byte[] der) {
    try {
      return !new EncryptedPrivateKeyInfo(der).getAlgName().isEmpty();
    } catch (IOException notEncrypted) {
      return false;
    }
  }

  /** Without sslrootcert the driver looks in the home folder, and in a container there is none. */
  private void defaultRootCertificate() {
    boolean verifies = parameters.getOrDefault("sslmode", "").startsWith("verify-");
    Path standard = Path.of(System.getProperty("user.home", "/"), ".postgresql", "root.crt");
    if (verifies
        && !parameters.containsKey("sslrootcert")
        && !parameters.containsKey("sslfactory")
        && !Files.isReadable(standard)) {
      problems.add(
          "parameter sslmode="
              + parameters.get("sslmode")
              + " needs sslrootcert: the path of the server's root certificate, or system for those"
              + " that the JVM trusts");
    }
  }
}
