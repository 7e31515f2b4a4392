package io.staleorders.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Fast
class CodeReaderTest {
  private static final String NO_NUMBER = "08F7A5C2BD06-0";

  @ParameterizedTest
  @CsvSource({
    "ORDER_CLOSED, ORDER_CLOSED",
    "ORDERCLOSED, ORDER_CLOSED",
    "ORDER_PAID, ORDER_PAID",
    "ORDERPAID, ORDER_PAID",
    "ORDER_NOT_EXIST, ORDER_NOT_EXIST",
    "ORDERNOTEXIST, ORDER_NOT_EXIST",
    "USER_PAYING, USER_PAYING",
    "USERPAYING, USER_PAYING",
    "FREQUENCY_LIMITED, FREQUENCY_LIMITED",
    "FREQUENCY_LIMIT, FREQUENCY_LIMITED",
    "FREQENCY_LIMIT, FREQUENCY_LIMITED",
    "RATELIMIT_EXCEEDED, RATELIMIT_EXCEEDED",
    "RATE_LIMIT_EXCEEDED, RATELIMIT_EXCEEDED",
    "RATELIMIT_EXCEED, RATELIMIT_EXCEEDED",
    "PARAM_ERROR, PARAM_ERROR",
    "PARAMERROR, PARAM_ERROR",
    "INVALID_REQUEST, INVALID_REQUEST",
    "INVALIDREQUEST, INVALID_REQUEST",
    "TRADE_ERROR, TRADE_ERROR",
    "TRADEERROR, TRADE_ERROR",
    "RULE_LIMIT, RULE_LIMIT",
    "RULELIMIT, RULE_LIMIT",
    "SIGN_ERROR, SIGN_ERROR",
    "SIGNERROR, SIGN_ERROR",
    "NO_AUTH, NO_AUTH",
    "NOAUTH, NO_AUTH",
    "MCH_NOT_EXISTS, MCH_NOT_EXISTS",
    "MCHNOTEXISTS, MCH_NOT_EXISTS",
    "ACCOUNT_ERROR, ACCOUNT_ERROR",
    "ACCOUNTERROR, ACCOUNT_ERROR",
  })
  void everySpellingOfACodeIsRead(String spelling, Code code) {
    assertThat(CodeReader.read(spelling, NO_NUMBER)).isEqualTo(code);
    assertThat(CodeReader.read(spelling.toLowerCase(Locale.ROOT), NO_NUMBER)).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "APPID_MCHID_NOT_MATCH",
        "SYSTEM_ERROR",
        "SYSTEMERROR",
        "SERVICE_UNAVAILABLE",
        "SOMETHING_NEW",
        "OTHER",
        "NEEDS_REVERSE",
      })
  void anyOtherCodeIsUnknown(String spelling) {
    assertThat(CodeReader.read(spelling, NO_NUMBER)).isEqualTo(Code.OTHER);
  }

  static Stream<String> codesThatSayLittle() {
    return Stream.of("INVALID_REQUEST", "INVALIDREQUEST", "SOMETHING_NEW", "");
  }

  @ParameterizedTest
  @MethodSource("codesThatSayLittle")
  void numberTellsWhatACodeThatSaysLittleMeans(String code) {
    assertThat(CodeReader.read(code, "08F7-268449538")).isEqualTo(Code.ORDER_PAID);
    assertThat(CodeReader.read(code, "08F7-268498689")).isEqualTo(Code.ORDER_PAID);
    assertThat(CodeReader.read(code, "08F7-268447914")).isEqualTo(Code.ORDER_CLOSED);
    assertThat(CodeReader.read(code, "08F7-268512771")).isEqualTo(Code.ORDER_NOT_EXIST);
    assertThat(CodeReader.read(code, "08F7-268449641")).isEqualTo(Code.NEEDS_REVERSE);
    assertThat(CodeReader.read(code, "08F7-268443701")).isEqualTo(Code.NO_AUTH);
    assertThat(CodeReader.read(code, "08F7-268443715")).isEqualTo(Code.ACCOUNT_ERROR);
    assertThat(CodeReader.read(code, "08F7-268443699")).isEqualTo(Code.SIGN_ERROR);
    assertThat(CodeReader.read(code, "08F7-268447840")).isEqualTo(Code.RATELIMIT_EXCEEDED);
    assertThat(CodeReader.read(code, "08F7-268435461")).isEqualTo(Code.PARAM_ERROR);
  }

  @ParameterizedTest
  @ValueSource(strings = {"08-F7-A5-268447914", "-268447914", "08F7-000000000268447914"})
  void numberIsWhatFollowsTheLastDash(String requestId) {
    assertThat(CodeReader.read("", requestId)).isEqualTo(Code.ORDER_CLOSED);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"INVALID_REQUEST", "NEEDS_REVERSE", "OTHER"})
  void numberDoesNotOverruleACodeThatIsClear(Code code) {
    assertThat(CodeReader.read(code.name(), "08F7-268447914")).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "268447914",
        "08F7-",
        "08F7-0",
        "08F7-268447845",
        "08F7-1",
        "08F7-268447914x",
        "08F7-٢٦٨٤٤٧٩١٤",
        "08F7-99999999999999999999268447914",
      })
  void idWithoutAKnownNumberChangesNothing(String requestId) {
    assertThat(CodeReader.read("INVALID_REQUEST", requestId)).isEqualTo(Code.INVALID_REQUEST);
    assertThat(CodeReader.read("SOMETHING_NEW", requestId)).isEqualTo(Code.OTHER);
  }
}
