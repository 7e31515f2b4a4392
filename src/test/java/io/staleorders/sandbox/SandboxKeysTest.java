package io.staleorders.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys on disk. */
@Fast
class SandboxKeysTest {
  @TempDir private Path temporary = Path.of("");

  @Test
  void keysAreMadeOnceAndFoundAgain() {
    Path folder = temporary.resolve("new/folder");

    SandboxKeys made = SandboxKeys.in(folder);
    SandboxKeys found = SandboxKeys.in(folder);

    assertThat(found.merchantPrivateKeyPem()).isEqualTo(made.merchantPrivateKeyPem());
    assertThat(found.wechatPayPublicKeyPem()).isEqualTo(made.wechatPayPublicKeyPem());
    assertThat(found.platform().certificate()).isEqualTo(made.platform().certificate());
    assertThat(found.merchantSerial()).isEqualTo(made.merchantSerial()).matches("[0-9A-F]{40}");
    assertThat(found.publicKeyId()).isEqualTo(made.publicKeyId()).matches("PUB_KEY_ID_01[0-9]+");
    assertThat(found.apiV3Key()).isEqualTo(made.apiV3Key()).hasSize(32);
    assertThat(found.spMchid()).isEqualTo(made.spMchid());
  }

  @Test
  void halfWrittenFolderIsWrittenAnew() throws Exception {
    SandboxKeys.in(temporary);
    Files.delete(temporary.resolve("sandbox_ids"));

    SandboxKeys again = SandboxKeys.in(temporary);

    assertThat(again.merchantPrivateKeyPem())
        .isEqualTo(Files.readString(temporary.resolve("apiclient_key.pem")));
  }

  @Test
  void onlyTheOwnerReadsTheFiles() throws Exception {
    SandboxKeys.in(temporary).writeSettings(temporary, "http://127.0.0.1:8089");

    try (Stream<Path> files = Files.list(temporary)) {
      for (Path file : files.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .as(file.toString())
            .isEqualTo("rw-------");
      }
    }
  }

  @Test
  void settingsNameTheFiles() throws Exception {
    SandboxKeys keys = SandboxKeys.in(temporary);

    List<String> lines = keys.writeSettings(temporary, "http://127.0.0.1:8089");

    assertThat(lines)
        .containsExactly(
            "WECHATPAY_BASE_URL=http://127.0.0.1:8089",
            "WECHATPAY_BACKUP_BASE_URL=",
            "WECHATPAY_SP_MCHID=" + keys.spMchid(),
            "WECHATPAY_CERT_SERIAL_NO=" + keys.merchantSerial(),
            "WECHATPAY_PRIVATE_KEY_FILE=" + temporary.resolve("apiclient_key.pem"),
            "WECHATPAY_PUBLIC_KEY_ID=" + keys.publicKeyId(),
            "WECHATPAY_PUBLIC_KEY_FILE=" + temporary.resolve("wechatpay_public_key.pem"));
    assertThat(Files.readAllLines(temporary.resolve("settings.env"))).isEqualTo(lines);
    assertThat(Files.readString(temporary.resolve("apiclient_key.pem")))
        .isEqualTo(keys.merchantPrivateKeyPem());
    assertThat(Files.readString(temporary.resolve("apiv3_key"))).isEqualTo(keys.apiV3Key());
  }

  @Test
  void certificateIsSelfSignedAndNamesItsKey() throws Exception {
    PlatformCertificate platform = SandboxKeys.inMemory().platform();

    platform.certificate().verify(platform.keys().getPublic());
    assertThat(platform.certificate().getPublicKey()).isEqualTo(platform.keys().getPublic());
    assertThat(platform.serial()).matches("[0-9A-F]{40}");
    platform.certificate().checkValidity();
  }

  @Test
  void secretsAreNotPrinted() {
    SandboxKeys keys = SandboxKeys.inMemory();

    assertThat(keys.toString()).doesNotContain(keys.apiV3Key()).contains(keys.merchantSerial());
  }
}
