package io.staleorders.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Fast
class UnknownNamesTest {

  @Test
  void misspeltNameIsWarnedAboutWithTheRightOne() {
    assertThat(UnknownNames.warnings(List.of("CLOSE_DELAI", "ORDERS_TABEL", "LOG_COLOURS")))
        .containsExactly(
            "CLOSE_DELAI: there is no such setting; did you mean CLOSE_DELAY?",
            "LOG_COLOURS: there is no such setting",
            "ORDERS_TABEL: there is no such setting; did you mean ORDERS_TABLE?");
  }

  @ParameterizedTest
  @CsvSource({
    "WECHATPAY_MCHID, WECHATPAY_SP_MCHID",
    "DB_URL, DATABASE_URL",
    "DB_PASSWORD_FILE, DATABASE_PASSWORD_FILE",
    "DATEBASE_URL, DATABASE_URL",
    "database_url, DATABASE_URL",
    "JDBC_URL, DATABASE_URL",
    "ORDER_TABLE, ORDERS_TABLE",
    "ORDER_STATUS_COLUMN, ORDERS_STATUS_COLUMN",
    "WECHAT_PAY_SP_MCHID, WECHATPAY_SP_MCHID",
    "WECHAT_PAY_APIV3_KEY, WECHATPAY_API_V3_KEY",
    "WX_SUB_MCHID, WECHATPAY_SUB_MCHID",
    "WECHATPAY_PRIVATE_KEY_PATH, WECHATPAY_PRIVATE_KEY_FILE",
    "CLOSEDELAY, CLOSE_DELAY",
    "close.delay, CLOSE_DELAY",
  })
  void nearMissesAreWarnedAboutWithTheRightName(String name, String meant) {
    assertThat(UnknownNames.warnings(List.of(name)))
        .containsExactly(name + ": there is no such setting; did you mean " + meant + "?");
  }

  @Test
  void everyNameOfTheOtherSpellingOfWeChatPayIsWarnedAbout() {
    assertThat(UnknownNames.warnings(List.of("WECHAT_PAY_APP_SECRET")))
        .containsExactly("WECHAT_PAY_APP_SECRET: there is no such setting");
  }

  @Test
  void fileOfASettingThatTakesNoneIsWarnedAbout() {
    assertThat(UnknownNames.warnings(List.of("DATABASE_URL_FILE", "DATABASE_PASSWORD_FILE")))
        .containsExactly("DATABASE_URL_FILE: this setting cannot be given as a file");
  }

  @Test
  void everySettingAndOtherPeoplesVariablesPass() {
    Stream<String> ours = Settings.VARIABLES.stream().map(Variable::name);

    assertThat(
            UnknownNames.warnings(
                Stream.concat(
                        ours,
                        Stream.of(
                            "PATH",
                            "HOME",
                            "JAVA_OPTS",
                            "CLOSED",
                            "DB_HOST",
                            "ORDER_ID",
                            "LANG",
                            "WECHAT_APPID",
                            "POSTGRES_PASSWORD",
                            "DB_PORT_5432_TCP"))
                    .toList()))
        .isEmpty();
  }

  @Test
  void serviceLinksOfKubernetesAreOneWarning() {
    assertThat(
            UnknownNames.warnings(
                List.of(
                    "DATABASE_SERVICE_HOST",
                    "DATABASE_SERVICE_PORT",
                    "DATABASE_SERVICE_PORT_PG",
                    "DATABASE_PORT",
                    "DATABASE_PORT_5432_TCP_ADDR",
                    "KUBERNETES_SERVICE_HOST")))
        .containsExactly(
            "not settings, probably Kubernetes' service links: DATABASE_PORT,"
                + " DATABASE_PORT_5432_TCP_ADDR, DATABASE_SERVICE_HOST, DATABASE_SERVICE_PORT,"
                + " DATABASE_SERVICE_PORT_PG");
  }

  @Test
  void warningsComeWithFaultsToo() {
    assertThat(Settings.readDatabase(java.util.Map.of("DATABASE_URI", "x")).warnings())
        .containsExactly("DATABASE_URI: there is no such setting; did you mean DATABASE_URL?");
  }
}
