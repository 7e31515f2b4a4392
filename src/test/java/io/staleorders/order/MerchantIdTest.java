package io.staleorders.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.staleorders.testkit.Fast;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Fast
class MerchantIdTest {
  @ParameterizedTest
  @ValueSource(strings = {"0", "1900000109", "12345678901234567890123456789012"})
  void numberHas1To32Digits(String number) {
    assertThat(MerchantId.isWellFormed(number)).isTrue();
    assertThat(new MerchantId(number)).hasToString(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "123456789012345678901234567890123",
        "19000001O9",
        "-1900000109",
        " 1900000109",
        "1900000109\n",
        "１９００００",
      })
  void anythingElseIsNone(String number) {
    assertThat(MerchantId.isWellFormed(number)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new MerchantId(number))
        .withMessage("not a merchant number: " + number);
  }
}
