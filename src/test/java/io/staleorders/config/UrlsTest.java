package io.staleorders.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;

@Fast
class UrlsTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://api.mch.weixin.qq.com",
        "https://proxy.example:8443",
        "http://localhost:8089",
        "http://127.0.0.1:1",
        "http://127.9.9.9",
        "http://[::1]:80",
        "http://10.0.0.7",
        "http://172.31.255.1",
        "http://192.168.1.1",
        "http://[fd00::7]",
        "http://sandbox",
        "HTTP://SandBox/",
      })
  void baseUrlMayBePlainOnlyNearby(String text) {
    assertThat(BaseUrl.read(text)).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "https://",
        "https:///",
        "ftp://sandbox",
        "//sandbox",
        "http://api.mch.weixin.qq.com",
        "http://sandbox.internal",
        "http://8.8.8.8",
        "http://172.32.0.1",
        "http://134744072",
        "http://0x08080808",
        "http://0.0.0.0",
        "http://[2001:db8::1]",
        "http://sandbox:0",
        "http://sandbox:65536",
        "http://sandbox:",
        "http://user:password@sandbox",
        "https://sandbox/path",
        "https://sandbox?query",
        "https://sandbox#fragment",
        "https://sand box",
      })
  void baseUrlIsNothingElse(String text) {
    assertThat(BaseUrl.read(text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "jdbc:postgresql://db:5433/shop, db, 5433, shop",
    "jdbc:postgresql://db/shop?sslmode=require, db, 5432, shop",
    "postgres://db/shop, db, 5432, shop",
    "postgresql://u:p@db/shop, db, 5432, shop",
    "postgres://u:p@[::1]:6000/shop, [::1], 6000, shop",
    "'postgres://a:1,b:2/shop', 'a,b', '1,2', shop",
    "postgres://db/my%20shop+1, db, 5432, my shop+1",
    "jdbc:postgresql://db/my+shop, db, 5432, my shop",
  })
  void driverUnderstandsWhatIsMadeOfADatabaseUrl(
      String text, String host, String port, String database) {
    Properties parsed = driverReads(DatabaseUrl.read(text).orElseThrow());

    assertThat(parsed)
        .containsEntry("PGHOST", host)
        .containsEntry("PGPORT", port)
        .containsEntry("PGDBNAME", database)
        .doesNotContainKeys("user", "password");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql:shop",
        "jdbc:postgresql:///shop",
        "jdbc:postgresql://db",
        "jdbc:postgresql://db/",
        "jdbc:postgresql://db:0/shop",
        "jdbc:postgresql://db:65536/shop",
        "jdbc:postgresql://db:5432x/shop",
        "jdbc:postgresql://db,/shop",
        "postgres://u:p/w@db/shop",
        "postgres://u:12/w@db/shop",
        "postgres://u:100%@db/shop",
        "postgres://db/a/b",
        "jdbc:mysql://db/shop",
        "db",
      })
  void otherDatabaseUrlsAreRefused(String text) {
    assertThat(DatabaseUrl.read(text)).isEmpty();
  }

  @Test
  void parametersAreKeptButNotTheLogin() {
    DatabaseUrl url =
        DatabaseUrl.read(
                "jdbc:postgresql://db/shop?user=me&sslmode=require&password=a%26b+c&ssl=true")
            .orElseThrow();

    assertThat(url.jdbc().reveal()).isEqualTo("jdbc:postgresql://db/shop?sslmode=require&ssl=true");
    assertThat(url.user()).contains("me");
    assertThat(url.password().map(Secret::reveal)).isEqualTo(Optional.of("a&b c"));
    assertThat(url.toString()).doesNotContain("a&b");
  }

  @Test
  void toolsParametersGetTheDriversNames() {
    Properties parsed =
        driverReads(
            DatabaseUrl.read(
                    "postgres://db/shop?connect_timeout=3&application_name=a+b&password=c+d")
                .orElseThrow());

    assertThat(parsed).containsEntry("connectTimeout", "3").containsEntry("ApplicationName", "a+b");
  }

  @Test
  void plusInAPasswordIsAPlusInTheToolsForm() {
    assertThat(DatabaseUrl.read("postgres://u:a+b@db/shop").orElseThrow().password())
        .map(Secret::reveal)
        .contains("a+b");
    assertThat(DatabaseUrl.read("postgres://db/shop?password=a+b").orElseThrow().password())
        .map(Secret::reveal)
        .contains("a+b");
  }

  @Test
  void faultyDatabaseUrlThatMayHoldAPasswordIsNotShown() {
    assertThat(Example.problems(Example.with("DATABASE_URL", "user:hunter2@db/shop")))
        .hasSize(1)
        .first()
        .asString()
        .startsWith("DATABASE_URL: must be")
        .doesNotContain("hunter2");
    assertThat(Example.problems(Example.with("DATABASE_URL", "db:5432/shop")).getFirst())
        .startsWith("DATABASE_URL='db:5432/shop': must be");
  }

  private static Properties driverReads(DatabaseUrl url) {
    return Optional.ofNullable(Driver.parseURL(url.jdbc().reveal(), new Properties()))
        .orElseThrow();
  }
}
