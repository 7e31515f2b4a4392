package io.staleorders.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.Driver;
import org.postgresql.PGProperty;

/** What is taken of a database URL's parameters, and what is refused. */
@Fast
class UrlParametersTest {
  private static final List<String> FORMS =
      List.of("jdbc:postgresql://db/shop?", "postgres://db/shop?", "postgresql://u:p@db:1/shop?");

  private static List<String> problems(String url) {
    return Example.problems(Example.with("DATABASE_URL", url));
  }

  private static Properties driverReads(String url) {
    DatabaseUrl read = DatabaseUrl.read(url).orElseThrow();
    assertThat(read.problems()).isEmpty();
    return Optional.ofNullable(Driver.parseURL(read.jdbc().reveal(), new Properties()))
        .orElseThrow();
  }

  @ParameterizedTest
  @EnumSource(PGProperty.class)
  void everyParameterOfTheDriverIsDecidedOn(PGProperty property) {
    assertThat(
            UrlParameterRules.of(property.getName()).isPresent()
                || UrlParameters.LOGIN.contains(property.getName()))
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "target_session_attrs=read-write targetServerType=primary",
        "target_session_attrs=primary targetServerType=primary",
        "target_session_attrs=any targetServerType=any",
        "application_name=closer ApplicationName=closer",
        "connect_timeout=3 connectTimeout=3",
        "channel_binding=require channelBinding=require",
        "gssencmode=disable gssEncMode=disable",
        "sslnegotiation=direct sslNegotiation=direct",
        "require_auth=scram-sha-256 requireAuth=scram-sha-256",
        "keepalives=1 tcpKeepAlive=true",
        "load_balance_hosts=random loadBalanceHosts=true",
        "sslmode=require sslmode=require",
        "targetServerType=MASTER targetServerType=primary",
        "prepareThreshold=0 prepareThreshold=0",
        "ssl ssl=true",
      })
  void parameterReachesTheDriverUnderItsName(String given, String expected) {
    String[] nameAndValue = expected.split("=", 2);
    for (String form : FORMS) {
      assertThat(driverReads(form + given))
          .as(form)
          .containsEntry(nameAndValue[0], nameAndValue[1]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "sslmod=verify-full, sslmode",
    "sslMode=require, sslmode",
    "ssl_mode=require, sslmode",
    "target_session_attr=primary, target_session_attrs",
    "targetServertype=primary, targetServerType",
    "applicationName=x, ApplicationName",
    "connecttimeout=5, connectTimeout",
  })
  void misspeltParameterIsAFaultThatNamesTheRightOne(String given, String meant) {
    for (String form : FORMS) {
      assertThat(problems(form + given))
          .singleElement()
          .asString()
          .startsWith("DATABASE_URL: there is no parameter " + given.split("=", 2)[0])
          .endsWith("did you mean " + meant + "?");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "foo=bar",
        "useUnicode=true",
        "pgbouncer=true",
        "socketFactory=org.example.Evil",
        "sslfactory=org.postgresql.ssl.NonValidatingFactory",
        "sslhostnameverifier=x.Y",
        "sslpasswordcallback=x.Y",
        "authenticationPluginClassName=x.Y",
        "connectExecutor=x.Y",
        "xmlFactoryFactory=x.Y",
        "jaasApplicationName=x",
        "loggerFile=/tmp/x",
        "loggerLevel=TRACE",
        "prepareThreshold=5",
        "prepareThreshold=-1",
        "currentSchema=shop",
        "readOnly=true",
        "autosave=always",
        "stringtype=unspecified",
        "preferQueryMode=simple",
        "options=-c%20statement_timeout%3D0",
        "replication=database",
        "PGHOST=other",
        "host=other",
        "service=x",
        "passfile=/x",
        "sslcrl=/x",
        "sslmode=yes",
        "sslmode=",
        "sslmode=verify_full",
        "channelBinding=true",
        "connectTimeout=abc",
        "connectTimeout=0",
        "connect_timeout=-1",
        "socketTimeout=0",
        "socketTimeout=3600",
        "tcpKeepAlive=1",
        "keepalives=yes",
        "targetServerType=primry",
        "targetServerType=secondary",
        "target_session_attrs=standby",
        "target_session_attrs=read-only",
        "require_auth=scram",
        "connectTimeout=5&connect_timeout=6",
        "ssl=true&sslmode=disable",
        "sslkey=/no/such/file",
        "sslrootcert=/no/such/file",
      })
  void parameterThatIsUnknownUnsafeOrWrongIsAFault(String given) {
    for (String form : FORMS) {
      assertThat(problems(form + given))
          .as(form)
          .singleElement()
          .asString()
          .startsWith("DATABASE_URL: ")
          .contains(given.split("[=&]", 2)[0].replaceFirst("connectTimeout", "connect"));
    }
  }

  @Test
  void allFaultsOfAUrlAreReportedTogether() {
    assertThat(problems("postgres://db/shop?foo=1&sslmode=yes&loggerFile=x")).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"keepalives_idle=30", "tcp_user_timeout=1000", "client_encoding=UTF8"})
  void libpqsParameterWithoutCounterpartIsWarnedAbout(String given) {
    Reading<Settings> reading =
        Example.read(Example.with("DATABASE_URL", "postgres://db/shop?" + given));

    assertThat(reading).isInstanceOf(Reading.Valid.class);
    assertThat(reading.warnings())
        .singleElement()
        .asString()
        .startsWith("DATABASE_URL: parameter " + given.split("=", 2)[0]);
  }

  @Test
  void partOfAPasswordIsNotShown() {
    assertThat(problems("postgres://db/shop?user=me&password=Tr0&hunter=2").toString())
        .contains("%26")
        .doesNotContain("hunter", "Tr0");
    assertThat(problems("jdbc:postgresql://db/shop?password=Tr0&hunt/er").toString())
        .doesNotContain("hunt", "Tr0");
    assertThat(problems("jdbc:postgresql://db/shop?sslpassword=Tr0&sslmode=x").toString())
        .doesNotContain("Tr0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "?targetServerType=any", "?sslmode=require"})
  void severalHostsOfWhichNoneIsSaidToBeWrittenToAreWarnedAbout(String parameters) {
    for (String hosts :
        List.of("jdbc:postgresql://a,b", "postgres://u@a:5433,b:5434", "postgres://a:1,b")) {
      assertThat(
              Example.read(Example.with("DATABASE_URL", hosts + "/shop" + parameters)).warnings())
          .singleElement()
          .asString()
          .contains("targetServerType=primary", "target_session_attrs=read-write");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://a:1,b:2/shop?targetServerType=primary",
        "postgres://a:1,b:2/shop?target_session_attrs=read-write",
        "postgres://a/shop",
      })
  void hostsOfWhichOneIsSaidToBeWrittenToAreNot(String url) {
    assertThat(Example.read(Example.with("DATABASE_URL", url)).warnings()).isEmpty();
  }

  @Test
  void systemsCertificatesAreThoseOfTheJvm() {
    assertThat(driverReads("postgres://db/shop?sslrootcert=system"))
        .containsEntry("sslmode", "verify-full")
        .containsEntry("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory")
        .doesNotContainKey("sslrootcert");
    assertThat(problems("postgres://db/shop?sslrootcert=system&sslmode=require")).hasSize(1);
  }
}
