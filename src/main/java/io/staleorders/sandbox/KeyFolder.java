package io.staleorders.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * Keys as files: the ones a merchant has, under the names it knows them by, and the ones that only
 * the sandbox needs. Every file is readable by its owner alone.
 */
final class KeyFolder {
  /** The merchant's files. */
  static final String MERCHANT_KEY = "apiclient_key.pem";

  static final String PUBLIC_KEY = "wechatpay_public_key.pem";
  static final String API_V3_KEY = "apiv3_key";
  static final String SETTINGS = "settings.env";

  /** The sandbox's own. The ids are written last: without them the folder is not complete. */
  private static final String WECHATPAY_KEY = "sandbox_wechatpay_key.pem";

  private static final String PLATFORM_KEY = "sandbox_platform_key.pem";
  private static final String PLATFORM_CERTIFICATE = "sandbox_platform_certificate.pem";
  private static final String IDS = "sandbox_ids";

  private KeyFolder() {}

  static SandboxKeys open(Path folder) {
    try {
      if (Files.exists(folder.resolve(IDS))) {
        return read(folder);
      }
      SandboxKeys keys = SandboxKeys.generate();
      write(folder, keys);
      return keys;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Writes and returns the settings with which a shop's service uses the sandbox at {@code
   * baseUrl}.
   */
  static List<String> writeSettings(Path folder, SandboxKeys keys, String baseUrl) {
    Path absolute = folder.toAbsolutePath().normalize();
    List<String> lines =
        List.of(
            "WECHATPAY_BASE_URL=" + baseUrl,
            "WECHATPAY_BACKUP_BASE_URL=",
            "WECHATPAY_SP_MCHID=" + keys.spMchid(),
            "WECHATPAY_CERT_SERIAL_NO=" + keys.merchantSerial(),
            "WECHATPAY_PRIVATE_KEY_FILE=" + absolute.resolve(MERCHANT_KEY),
            "WECHATPAY_PUBLIC_KEY_ID=" + keys.publicKeyId(),
            "WECHATPAY_PUBLIC_KEY_FILE=" + absolute.resolve(PUBLIC_KEY));
    try {
      save(folder, SETTINGS, String.join("\n", lines) + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return lines;
  }

  private static SandboxKeys read(Path folder) throws IOException {
    List<String> ids = Files.readAllLines(folder.resolve(IDS));
    PlatformCertificate platform =
        new PlatformCertificate(
            Rsa.fromPem(load(folder, PLATFORM_KEY)),
            PlatformCertificate.read(Pem.decode(load(folder, PLATFORM_CERTIFICATE))));
    return new SandboxKeys(
        ids.get(0),
        ids.get(1),
        Rsa.fromPem(load(folder, MERCHANT_KEY)),
        ids.get(2),
        Rsa.fromPem(load(folder, WECHATPAY_KEY)),
        platform,
        load(folder, API_V3_KEY).strip());
  }

  private static void write(Path folder, SandboxKeys keys) throws IOException {
    Files.createDirectories(folder);
    save(folder, MERCHANT_KEY, keys.merchantPrivateKeyPem());
    save(folder, PUBLIC_KEY, keys.wechatPayPublicKeyPem());
    save(folder, API_V3_KEY, keys.apiV3Key());
    save(folder, WECHATPAY_KEY, SandboxKeys.privatePem(keys.wechatPay()));
    save(folder, PLATFORM_KEY, SandboxKeys.privatePem(keys.platform().keys()));
    save(folder, PLATFORM_CERTIFICATE, keys.platform().pem());
    save(
        folder,
        IDS,
        String.join("\n", keys.spMchid(), keys.merchantSerial(), keys.publicKeyId()) + "\n");
  }

  private static String load(Path folder, String name) throws IOException {
    return Files.readString(folder.resolve(name));
  }

  private static void save(Path folder, String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.deleteIfExists(file);
    if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
    Files.writeString(file, text);
  }
}
