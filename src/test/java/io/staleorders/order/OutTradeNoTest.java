package io.staleorders.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.staleorders.testkit.Fast;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Fast
class OutTradeNoTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"123456", "_-|*aZ", "12345678901234567890123456789012", "ORDER_2026-03-01|A*1"})
  void numberHas6To32DigitsLettersAndAFewSigns(String number) {
    assertThat(OutTradeNo.isWellFormed(number)).isTrue();
    assertThat(new OutTradeNo(number)).hasToString(number);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "12345",
        "123456789012345678901234567890123",
        "order 1",
        "order/1",
        "order.1",
        "order+1",
        "123456\n",
        "订单000001",
        "１２３４５６",
      })
  void anythingElseIsNone(String number) {
    assertThat(OutTradeNo.isWellFormed(number)).isFalse();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OutTradeNo(number))
        .withMessage("not an out_trade_no: " + number);
  }
}
