package io.staleorders.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Fast
class NativeTextTest {
  static List<Variable<?>> variables() {
    return Settings.VARIABLES;
  }

  @ParameterizedTest
  @ValueSource(strings = {"US-ASCII", "ISO-8859-1", "GBK", "GB18030", "Big5", "EUC-JP", "KOI8-R"})
  void utf8IsNeverTakenForSomethingElse(String locale) {
    Charset encoding = Charset.forName(locale);

    for (String text : List.of("已关闭", "待支付,关闭", "é", "中A", "x\u0080", "😀")) {
      String decoded = new String(text.getBytes(StandardCharsets.UTF_8), encoding);
      assertThat(NativeText.isGarbled(NativeText.checked(decoded, encoding))).as(text).isTrue();
    }
    assertThat(NativeText.checked(Map.of("A", "NOTPAY,0\n~"), encoding))
        .isEqualTo(Map.of("A", "NOTPAY,0\n~"));
  }

  @Test
  void charactersThatAnotherEncodingMakesOfUtf8AreNotTakenForTheValue() {
    Charset gbk = Charset.forName("GBK");
    String decoded = new String("已关".getBytes(StandardCharsets.UTF_8), gbk);

    assertThat(NativeText.isGarbled(decoded)).isFalse();
    assertThat(NativeText.isGarbled(NativeText.checked(decoded, gbk))).isTrue();
  }

  @Test
  void utf8OfAUtf8LocaleStaysAsItIs() {
    assertThat(NativeText.checked("已关闭", StandardCharsets.UTF_8)).isEqualTo("已关闭");
  }

  @ParameterizedTest
  @MethodSource("variables")
  void garbledValueOfEveryVariableIsAFault(Variable<?> variable) {
    assertThat(Example.problems(Example.with(variable.name(), "NOTPAY,\ufffd\ufffd")))
        .contains(variable.name() + ": " + NativeText.PROBLEM);
    assertThat(NativeText.PROBLEM).contains("LANG=C.UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"DATABASE_PASSWORD", "WECHATPAY_PUBLIC_KEY"})
  void garbledNameOfAFileIsAFault(String name) {
    assertThat(Example.problems(Example.with(name + "_FILE", "/run/\ufffd\ufffd\ufffd/key.pem")))
        .contains(name + "_FILE: " + NativeText.PROBLEM);
  }
}
