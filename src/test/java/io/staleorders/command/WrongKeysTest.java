package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.testkit.Fast;
import io.staleorders.testkit.Ran;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that are not what they should be are named at the start, and nothing is begun. */
@Fast
class WrongKeysTest {
  private static final SandboxKeys KEYS = SandboxKeys.inMemory();
  private static final String API_V3_KEY_OF_31_BYTES = "0123456789abcdef0123456789abcde";
  private static final String NO_SERIAL = "5157F09EFDC096DE15EBE81A47057A72XYZ";

  @ParameterizedTest
  @ValueSource(strings = {"run", "once", "check"})
  void eachIsNamedAndNoneIsShown(String command) {
    Map<String, String> settings = new HashMap<>();
    // No such database: it would not even be asked.
    settings.put("DATABASE_URL", "jdbc:postgresql://127.0.0.1:1/none");
    settings.put("WECHATPAY_SP_MCHID", KEYS.spMchid());
    settings.put("WECHATPAY_CERT_SERIAL_NO", NO_SERIAL);
    settings.put("WECHATPAY_PRIVATE_KEY", KEYS.wechatPayPublicKeyPem());
    settings.put("WECHATPAY_PUBLIC_KEY_ID", KEYS.publicKeyId());
    settings.put("WECHATPAY_PUBLIC_KEY", "-----BEGIN nothing-----");
    settings.put("WECHATPAY_API_V3_KEY", API_V3_KEY_OF_31_BYTES);

    Ran ran = Commands.run(settings, command);

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out())
        .contains("WECHATPAY_CERT_SERIAL_NO")
        .contains("hexadecimal digits")
        .containsPattern("WECHATPAY_PRIVATE_KEY.*this is a public key")
        .containsPattern("WECHATPAY_PUBLIC_KEY.*this is not PEM")
        .containsPattern("WECHATPAY_API_V3_KEY.*exactly 32 bytes")
        .doesNotContain(API_V3_KEY_OF_31_BYTES)
        .doesNotContain(KEYS.wechatPayPublicKeyPem().lines().skip(1).findFirst().orElseThrow());
  }

  @ParameterizedTest
  @ValueSource(strings = {"run", "once"})
  void theyAreOneEventOfTheLog(String command) {
    Map<String, String> settings = new HashMap<>();
    settings.put("WECHATPAY_PRIVATE_KEY", KEYS.wechatPayPublicKeyPem());

    Ran ran = Commands.run(settings, command);

    assertThat(ran.log("settings_invalid"))
        .singleElement()
        .satisfies(
            line ->
                assertThat(line.path("problems"))
                    .extracting(JsonNode::asText)
                    .anyMatch(problem -> problem.contains("WECHATPAY_PRIVATE_KEY")));
  }
}
