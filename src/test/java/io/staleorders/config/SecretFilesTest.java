package io.staleorders.config;

import static io.staleorders.config.Example.problems;
import static io.staleorders.config.Example.settings;
import static io.staleorders.config.Example.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Fast
class SecretFilesTest {
  @TempDir Path folder;

  private String file(String content) throws IOException {
    return Files.writeString(folder.resolve("secret"), content).toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "\r\n", "\n\n"})
  void lineBreakAtTheEndOfAFileIsNotPartOfTheSecret(String end) throws IOException {
    assertThat(
            settings(with("DATABASE_PASSWORD_FILE", file(" pass word " + end)))
                .database()
                .password()
                .map(Secret::reveal))
        .contains(" pass word ");
  }

  @Test
  void byteOrderMarkIsNotPartOfTheSecret() throws IOException {
    Map<String, String> environment =
        with(
            "WECHATPAY_API_V3_KEY",
            "",
            "WECHATPAY_API_V3_KEY_FILE",
            file("\ufeff" + "k".repeat(32)));

    assertThat(settings(environment).wechatPay().apiV3Key().map(Secret::reveal))
        .contains("k".repeat(32));
  }

  @Test
  void everySecretMayComeFromAFileAndNothingElse() {
    assertThat(Settings.VARIABLES.stream().filter(v -> v.fileName().isPresent()))
        .extracting(Variable::name)
        .containsExactly(
            "DATABASE_PASSWORD",
            "WECHATPAY_PRIVATE_KEY",
            "WECHATPAY_PUBLIC_KEY",
            "WECHATPAY_API_V3_KEY");
  }

  @Test
  void keyInAFileServesAsWellAsOneInTheEnvironment() throws IOException {
    Map<String, String> environment =
        with("WECHATPAY_PRIVATE_KEY", "", "WECHATPAY_PRIVATE_KEY_FILE", file(Example.PRIVATE_PEM));

    assertThat(settings(environment).wechatPay().privateKey()).isEqualTo(Example.KEYS.getPrivate());
  }

  @Test
  void bothAtOnceIsAFault() throws IOException {
    assertThat(problems(with("DATABASE_PASSWORD", "one", "DATABASE_PASSWORD_FILE", file("one"))))
        .containsExactly("DATABASE_PASSWORD: only one of it and DATABASE_PASSWORD_FILE may be set");
  }

  @Test
  void faultOfAKeyNamesTheFileItCameFrom() throws IOException {
    String path = file("no key at all");

    assertThat(problems(with("WECHATPAY_PRIVATE_KEY", "", "WECHATPAY_PRIVATE_KEY_FILE", path)))
        .containsExactly("WECHATPAY_PRIVATE_KEY_FILE='" + path + "': is not a key in PEM");
  }

  @Test
  void fileThatCannotBeReadIsAFault() throws IOException {
    Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
    Path large = Files.writeString(folder.resolve("large"), "x".repeat(65 * 1024));

    assertThat(faultOf(folder.resolve("missing").toString())).endsWith("there is no such file");
    assertThat(faultOf(folder.toString())).endsWith("the file cannot be read");
    assertThat(faultOf(file("\n"))).endsWith("the file is empty");
    assertThat(faultOf(binary.toString())).endsWith("the file is not UTF-8 text");
    assertThat(faultOf(large.toString())).endsWith("the file is larger than 65536 bytes");
    assertThat(faultOf("/dev/zero")).endsWith("the file is larger than 65536 bytes");
    assertThat(faultOf("\0")).endsWith("must be a path");
  }

  @Test
  void secretGivenInPlaceOfItsPathIsNotShown() {
    assertThat(faultOf("hunter2")).doesNotContain("hunter2");
    assertThat(faultOf(Example.PRIVATE_PEM)).doesNotContain("PRIVATEKEYBODY");
    assertThat(faultOf("/" + Example.PRIVATE_PEM)).doesNotContain("PRIVATEKEYBODY");
  }

  private static String faultOf(String path) {
    List<String> problems = problems(with("DATABASE_PASSWORD_FILE", path));
    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst()).startsWith("DATABASE_PASSWORD_FILE");
    return problems.getFirst();
  }
}
