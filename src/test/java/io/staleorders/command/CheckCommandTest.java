package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.sandbox.Operation;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code check} against a real database and the sandbox on a real port. */
class CheckCommandTest {
  @TempDir private Path folder = Path.of("");

  private final Installation site =
      Installation.open().set("ORDERS_FILTER_COLUMN", "amount").set("ORDERS_FILTER_VALUES", "100");
  private final Shop shop = site.shop();

  @AfterEach
  void close() {
    site.close();
  }

  private Ran check() {
    return Commands.run(site.settings(), "check");
  }

  @Test
  void allIsWell() {
    shop.order("ORDER-1", Duration.ofHours(1));

    Ran ran = check();

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.lines())
        .filteredOn(line -> !line.startsWith("ok "))
        .containsExactly("", "7 ok, 0 warning, 0 failed");
    assertThat(ran.out())
        .contains("WeChat Pay       a signed call was answered and its signature holds");
  }

  @Test
  void changesNothingAndAsksOnceAboutAnOrderThatCannotExist() {
    shop.order("ORDER-1", Duration.ofHours(1));
    site.sandbox().orders().unknownAreAbsent(true);

    assertThat(check().exitCode()).isZero();

    assertThat(shop.status("ORDER-1")).isEqualTo("NOTPAY");
    assertThat(shop.states()).isEmpty();
    assertThat(site.sandbox().requests())
        .singleElement()
        .satisfies(request -> assertThat(request.operation()).isEqualTo(Operation.QUERY));
  }

  @Test
  void choicesWorthASecondThoughtAreWarnings() {
    site.unset("ORDERS_FILTER_COLUMN").unset("ORDERS_FILTER_VALUES");
    site.set("CLOSE_CONFIRM", "false").set("DRY_RUN", "true").set("CLOSE_DELAYS", "15m");

    Ran ran = check();

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.lines())
        .anyMatch(line -> line.matches("warning  CLOSE_CONFIRM .*rests on TLS as well"))
        .anyMatch(line -> line.matches("warning  ORDERS_FILTER_COLUMN .*other payment channels.*"))
        .anyMatch(line -> line.matches("warning  DRY_RUN .*closes none"))
        .anyMatch(
            line -> line.matches("warning  settings .*CLOSE_DELAYS.*did you mean CLOSE_DELAY.*"))
        .contains("7 ok, 4 warning, 0 failed");
  }

  @Test
  void wrongSettingsAreEachALineAndNothingIsTouched() {
    site.set("CLOSE_DELAY", "1m").set("WECHATPAY_SP_MCHID", "abc").set("DATABASE_PASSWORD", "");
    site.unset("WECHATPAY_CERT_SERIAL_NO");

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.lines())
        .anyMatch(line -> line.startsWith("failed   settings  CLOSE_DELAY='1m': "))
        .anyMatch(line -> line.startsWith("failed   settings  WECHATPAY_SP_MCHID='abc': "))
        .anyMatch(line -> line.startsWith("failed   settings  WECHATPAY_CERT_SERIAL_NO: "))
        .contains("0 ok, 0 warning, 3 failed");
    assertThat(site.sandbox().requests()).isEmpty();
  }

  @Test
  void missingColumnIsNamedWithThoseThereAre() {
    site.set("ORDERS_STATUS_COLUMN", "state");

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out())
        .contains("failed   orders table")
        .contains("no column \"state\"; set ORDERS_STATUS_COLUMN to one of: amount, created_at,");
  }

  @Test
  void missingTableIsNamed() {
    site.set("ORDERS_TABLE", "trades");

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.out()).contains("table \"trades\" does not exist").contains("ORDERS_TABLE");
  }

  @Test
  void missingIndexIsAStatementThatMendsIt() {
    shop.execute(
        "DO $$ DECLARE i regclass; BEGIN FOR i IN SELECT indexrelid::regclass FROM pg_index"
            + " WHERE indrelid = 'orders'::regclass AND NOT indisprimary"
            + " LOOP EXECUTE 'DROP INDEX ' || i; END LOOP; END $$");

    Ran before = check();
    List<String> statements =
        before.lines().stream().filter(line -> line.startsWith("    CREATE INDEX")).toList();
    statements.forEach(statement -> shop.execute(statement.strip()));
    Ran after = check();

    assertThat(before.exitCode()).isZero();
    assertThat(before.lines()).filteredOn(line -> line.startsWith("warning  indexes")).hasSize(2);
    assertThat(statements).hasSize(2).allMatch(line -> line.endsWith(";"));
    assertThat(after.out()).contains("ok       indexes");
  }

  @Test
  void databaseAwayIsFailedAndWeChatPayIsAskedAllTheSame() {
    site.set("DATABASE_URL", "jdbc:postgresql://localhost:1/shop");

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out())
        .contains("failed   database")
        .contains("jdbc:postgresql://localhost:1/shop does not answer: Connection refused")
        .contains("ok       WeChat Pay");
  }

  @Test
  void wrongPasswordIsSaidAndNotShown() {
    site.set("DATABASE_USER", "nobody_of_that_name").set("DATABASE_PASSWORD", "hunter2hunter2");

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out()).contains("failed   database").doesNotContain("hunter2");
  }

  @Test
  void keyOfAnotherMerchantIsRefusedAndNamed() {
    site.set("WECHATPAY_PRIVATE_KEY", SandboxKeys.in(folder).merchantPrivateKeyPem());

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.lines())
        .anyMatch(
            line ->
                line.matches(
                    "failed   WeChat Pay .*refuses our signature: check WECHATPAY_PRIVATE_KEY,"
                        + " WECHATPAY_CERT_SERIAL_NO.*401 SIGN_ERROR.*"));
  }

  @Test
  void wrongPublicKeyIsNamed() {
    site.set("WECHATPAY_PUBLIC_KEY", SandboxKeys.in(folder).wechatPayPublicKeyPem());

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.lines())
        .anyMatch(
            line ->
                line.startsWith("failed   WeChat Pay") && line.contains("WECHATPAY_PUBLIC_KEY"));
  }

  @Test
  void clockThatIsFarOffIsNamed() {
    site.sandbox().faults().clockAhead(Duration.ofMinutes(10));

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.out())
        .containsPattern("warning  clock, WeChat Pay +WeChat Pay's clock is (599|600|601) s ahead");
  }

  @Test
  void noWayToWeChatPayIsNamed() {
    site.sandbox().refuseConnections(true);

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.lines())
        .anyMatch(
            line ->
                line.matches(
                    "failed   WeChat Pay .*check WECHATPAY_BASE_URL.* CONNECTION_REFUSED .*"));
  }

  @Test
  void onlyTheBackupHostAnsweringIsAWarning() {
    site.set("WECHATPAY_BACKUP_BASE_URL", site.sandbox().backupUrl());
    site.sandbox().refuseConnections(true);

    Ran ran = check();

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out())
        .contains("warning  WeChat Pay       the backup host was used: 127.0.0.1:")
        .contains("ok       WeChat Pay       a signed call was answered");
  }

  @Test
  void apiV3KeyThatDoesNotFitIsNamed() {
    site.set("WECHATPAY_API_V3_KEY", "0123456789abcdef0123456789abcdef");

    Ran ran = check();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.lines())
        .anyMatch(line -> line.matches("failed   platform certificates .*WECHATPAY_API_V3_KEY.*"));
  }

  @Test
  void schemaThatIsNotThereIsMadeByTheNextStartAndNotByCheck() {
    shop.execute("DROP SCHEMA order_closer CASCADE");

    Ran migrating = check();
    site.set("MIGRATE_ON_START", "false");
    Ran not = check();

    assertThat(migrating.exitCode()).isZero();
    assertThat(migrating.out()).contains("warning  schema").contains("the next start brings it");
    assertThat(not.exitCode()).isEqualTo(2);
    assertThat(not.out()).contains("failed   schema").contains("run the command migrate");
    assertThat(shop.text("SELECT to_regnamespace('order_closer') IS NULL")).isEqualTo("t");
  }
}
