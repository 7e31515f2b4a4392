package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.Operation;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
        .containsExactly("", "8 ok, 0 warning, 0 failed");
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
    shop.order("ORDER-1", Duration.ofHours(1));
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
        .contains("8 ok, 4 warning, 0 failed");
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

    assertThat(ran.exitCode()).isEqualTo(2);
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

  /** Merchants who started with the public key have no platform certificates. */
  @ParameterizedTest
  @EnumSource(names = {"UNSIGNED_ABSENT", "NO_AUTH", "MCH_NOT_EXISTS"})
  void refusedListOfCertificatesIsAWarningWhereThePublicKeyServes(Misbehaviour refusal) {
    site.set("WECHATPAY_API_V3_KEY", site.sandbox().keys().apiV3Key());
    site.sandbox()
        .script(
            facts ->
                facts.operation() == Operation.CERTIFICATES
                    ? Optional.of(refusal)
                    : Optional.empty());

    Ran both = check();
    site.unset("WECHATPAY_PUBLIC_KEY").unset("WECHATPAY_PUBLIC_KEY_ID");
    Ran certificatesAlone = check();

    assertThat(both.exitCode()).isZero();
    assertThat(both.lines())
        .anyMatch(
            line -> line.matches("warning  platform certificates .*the public key serves: .*"))
        .anyMatch(line -> line.matches("ok       WeChat Pay .*a signed call was answered.*"));
    assertThat(certificatesAlone.exitCode()).isEqualTo(1);
    assertThat(certificatesAlone.out()).contains("failed   platform certificates");
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

  @Test
  void rowsAreCountedAndTheirAgesShown() {
    shop.order("ORDER-1", Duration.ofHours(3));
    shop.order("ORDER-2", Duration.ofMinutes(10));

    assertThat(check().lines())
        .anyMatch(
            line ->
                line.matches(
                    "ok       orders  .*2 unpaid, 1 of them due after 15m; the oldest is 3 h old, the newest 10 min old"));
  }

  @Test
  void rowsThatCannotBeRightAreWarnings() {
    shop.order("WAITING-1", Duration.ofHours(1), Shop.SUB_MCHID, "WAIT_PAY");
    shop.order("PAID-1", Duration.ofHours(1), Shop.SUB_MCHID, "SUCCESS");

    assertThat(check().lines())
        .anyMatch(line -> line.matches("warning  orders .*no row has a status of .*NOTPAY.*"))
        .anyMatch(
            line -> line.matches("warning  statuses .*: SUCCESS \\(1\\), WAIT_PAY \\(1\\);.*"));

    shop.order("NO", Duration.ofHours(1), "merchant-7", "NOTPAY");
    shop.order("LATER-1", Duration.ofHours(-8), "", "NOTPAY");

    assertThat(check().lines())
        .anyMatch(
            line ->
                line.matches(
                    "warning  orders table .*the newest unpaid order is [78] h in the future.*"))
        .anyMatch(
            line ->
                line.matches(
                    "warning  orders .*out_trade_no. is no order number .* in 1 of 2 unpaid rows looked at: NO"))
        .anyMatch(
            line ->
                line.matches(
                    "warning  orders .*sub_mchid. is no merchant number .* in 2 of 2 unpaid rows.*"));
  }

  @Test
  void rowThatCannotBeReadIsSaidAndTheRestIsChecked() {
    shop.order("ORDER-1", Duration.ofHours(1));
    shop.execute(
        "CREATE VIEW broken AS SELECT out_trade_no, status, created_at, amount,"
            + " (CASE WHEN out_trade_no <> '' THEN 'n/a' END)::bigint AS sub_mchid FROM orders");
    site.set("ORDERS_TABLE", "broken");

    Ran ran = check();

    assertThat(ran.lines())
        .anyMatch(line -> line.matches("warning  orders .*invalid input syntax for type bigint.*"))
        .anyMatch(line -> line.startsWith("ok       WeChat Pay"));
  }

  @Test
  void surroundingsThatGetInTheWayAreWarnings() {
    shop.order("ORDER-1", Duration.ofHours(1));
    shop.execute("CREATE PUBLICATION everything FOR ALL TABLES");
    shop.execute("ALTER TABLE orders ADD COLUMN combine_out_trade_no text");

    Ran ran = check();

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.lines())
        .anyMatch(
            line -> line.matches("warning  replication .*publication everything is FOR ALL.*"))
        .anyMatch(line -> line.matches("warning  combined payments .*combine_out_trade_no.*"));
  }

  @Test
  void databaseOfAnotherEncodingIsAWarning() {
    String url = shop.database().jdbcUrl();
    String name = url.substring(url.lastIndexOf('/') + 1) + "_latin1";
    shop.execute(
        "CREATE DATABASE "
            + name
            + " TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'");
    Database latin =
        new Database(url + "_latin1", shop.database().user(), shop.database().password());
    Shop.in(latin);
    site.set("DATABASE_URL", latin.jdbcUrl());

    Ran ran = check();
    shop.execute("DROP DATABASE " + name + " WITH (FORCE)");

    assertThat(ran.lines())
        .anyMatch(line -> line.matches("warning  encoding .*encoding is LATIN1.*"));
  }

  /** What is refused is refused by every command that starts, with the same words. */
  @Test
  void viewWhoseStatusHasNoLockIsRefusedByEveryCommandThatCloses() {
    shop.order("ORDER-1", Duration.ofHours(1));
    shop.execute(
        "CREATE VIEW shop_orders AS SELECT out_trade_no, sub_mchid, created_at, amount,"
            + " (SELECT o.status) AS status FROM orders o");
    site.set("ORDERS_TABLE", "shop_orders");

    Ran checked = check();

    assertThat(checked.exitCode()).isEqualTo(2);
    assertThat(checked.out()).contains("failed   orders table").contains("it is a subquery");
    for (String[] command :
        new String[][] {{"once"}, {"run"}, {"close", "ORDER-1"}, {"once", "--dry-run"}}) {
      Ran ran = Commands.run(site.settings(), command);
      assertThat(ran.exitCode()).isEqualTo(2);
      assertThat(ran.log("settings_invalid").toString()).contains("it is a subquery");
    }
    assertThat(shop.states()).isEmpty();
  }

  @Test
  void statusThatNoRowTakesIsRefusedByEveryCommandThatCloses() {
    shop.order("ORDER-1", Duration.ofHours(1));
    shop.execute("ALTER TABLE orders ADD CHECK (status <> 'CLOSED' OR amount = 0)");

    Ran once = Commands.run(site.settings(), "once");

    assertThat(check().exitCode()).isEqualTo(2);
    assertThat(once.exitCode()).isEqualTo(2);
    assertThat(once.log("settings_invalid").toString())
        .contains("ORDERS_CLOSED_STATUS=CLOSED is refused");
    assertThat(site.sandbox().requests("ORDER-1")).isEmpty();
  }

  /** The tables differ in how an index on them is made. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          CREATE TABLE shop_orders (LIKE orders) PARTITION BY RANGE (created_at); CREATE TABLE p1 PARTITION OF shop_orders DEFAULT
          CREATE TABLE shop_orders (LIKE orders, PRIMARY KEY (id, created_at))
          CREATE TABLE shop_orders (LIKE orders); CREATE TABLE child () INHERITS (shop_orders)
          CREATE TABLE behind (LIKE orders); CREATE VIEW shop_orders AS SELECT * FROM behind
          CREATE TABLE b (no text, status text); CREATE TABLE h (no text, sub_mchid text, created_at timestamptz, amount int); CREATE VIEW shop_orders AS SELECT h.no AS out_trade_no, h.sub_mchid, b.status, h.created_at, h.amount FROM h JOIN b USING (no); CREATE FUNCTION w() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER w INSTEAD OF UPDATE ON shop_orders FOR EACH ROW EXECUTE FUNCTION w()
          """)
  void indexSuggestionsRunAsPrintedAndEndTheWarning(String ddl) {
    Arrays.stream(ddl.split("; (?=CREATE)")).forEach(shop::execute);
    site.set("ORDERS_TABLE", "shop_orders").set("ORDERS_UNPAID_STATUS", "NOTPAY,WAIT");

    Ran before = check();
    List<String> statements =
        before.lines().stream().filter(line -> line.startsWith("    CREATE")).toList();
    statements.forEach(statement -> shop.execute(statement.strip()));
    Ran after = check();

    assertThat(before.exitCode()).isZero();
    assertThat(before.lines()).filteredOn(line -> line.startsWith("warning  indexes")).hasSize(2);
    assertThat(statements).hasSizeGreaterThanOrEqualTo(2);
    assertThat(after.out()).contains("ok       indexes");
  }

  /** The shop's own column stays as it is. */
  @ParameterizedTest
  @CsvSource({
    "integer, extract(epoch FROM now())::int - 3600",
    "bigint, extract(epoch FROM now())::bigint * 1000 - 3600000",
    "bigint, extract(epoch FROM now())::bigint - 3600",
    "varchar(30), (timezone('UTC'; now()) - interval '1 hour')::text",
    "date, current_date - 2"
  })
  void timeOfAnotherTypeIsServedByTheViewThatIsSuggested(String type, String value) {
    shop.execute(
        "CREATE TABLE odd (out_trade_no text, sub_mchid text, status text, amount int, created_at "
            + type
            + ")");
    shop.execute(
        "INSERT INTO odd SELECT 'ORDER-1', '1900000109', 'NOTPAY', 100, "
            + value.replace(';', ','));
    site.set("ORDERS_TABLE", "odd");

    Ran before = check();
    String out = before.out();
    String statement =
        out.substring(out.indexOf("CREATE VIEW"), out.indexOf('\n', out.indexOf("CREATE VIEW")));
    shop.execute(statement);
    site.set("ORDERS_TABLE", "odd_to_close");
    Ran after = check();
    Ran once = Commands.run(site.settings(), "once");

    assertThat(before.exitCode()).isEqualTo(2);
    assertThat(after.out()).contains("ok       orders table");
    assertThat(after.lines())
        .anyMatch(line -> line.matches("ok       orders .*1 unpaid, 1 of them due.*"));
    assertThat(once.exitCode()).isZero();
    assertThat(shop.text("SELECT status FROM odd")).isEqualTo("CLOSED");
  }

  @Test
  void nextStartThatCannotMakeTheSchemaIsSaid() {
    shop.execute("DROP SCHEMA order_closer CASCADE");
    shop.execute(
        "DO $$ BEGIN CREATE ROLE check_role LOGIN PASSWORD 'check';"
            + " EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
    site.set("DATABASE_USER", "check_role").set("DATABASE_PASSWORD", "check");

    Ran noRight = check();
    List<String> grants =
        noRight.lines().stream().filter(line -> line.startsWith("    GRANT")).toList();
    grants.forEach(grant -> shop.execute(grant.strip()));
    Ran noSchema = check();
    String grant = noSchema.out().replaceFirst("(?s).*(GRANT CREATE ON DATABASE [^\n]*).*", "$1");
    shop.execute(grant);

    assertThat(noRight.exitCode()).isEqualTo(2);
    assertThat(noRight.out()).contains("failed   rights");
    assertThat(noSchema.out()).contains("failed   schema").contains("the next start fails");
    assertThat(check().out()).contains("warning  schema").contains("the next start brings it up");
  }

  /** The service waits for such a server, which may be promoted; a command that ends does not. */
  @Test
  void serverThatTakesNoWritesIsRefused() {
    shop.order("ORDER-1", Duration.ofHours(1));
    shop.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',"
            + " current_database()); END $$");

    Ran once = Commands.run(site.settings(), "once");

    assertThat(check().exitCode()).isEqualTo(2);
    assertThat(once.exitCode()).isEqualTo(2);
    assertThat(once.log("settings_invalid").toString()).contains("transactions are read-only here");
  }
}
