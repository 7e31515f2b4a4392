package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.MerchantId;
import io.staleorders.store.ShopTableReader.Outcome;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the start tries on the shop's table is what will run, and leaves nothing behind. */
class StatementTrialTest {
  private static final Duration DUE = Duration.ofHours(1);

  private final Shop shop = Shop.open();

  private Outcome read(TableSettings settings) {
    return ShopTableReader.read(shop.jdbi(), settings.mapping());
  }

  private List<String> problems(TableSettings settings) {
    return problems(read(settings));
  }

  private static List<String> problems(Outcome outcome) {
    return switch (outcome) {
      case Outcome.Usable usable -> List.of();
      case Outcome.Unusable unusable -> unusable.problems();
    };
  }

  private List<String> warnings(TableSettings settings) {
    return switch (read(settings)) {
      case Outcome.Usable usable -> usable.warnings();
      case Outcome.Unusable unusable ->
          throw new AssertionError(String.join("; ", unusable.problems()));
    };
  }

  @Test
  void trialLeavesNothingBehind() {
    shop.order("ORDER-1", DUE);
    shop.execute("CREATE TABLE log (line text)");
    trigger("INSERT INTO log VALUES (NEW.status); RETURN NEW;");
    String before = shop.text("SELECT status || ctid::text FROM orders");

    assertThat(read(TableSettings.defaults().paid("PAID"))).isInstanceOf(Outcome.Usable.class);

    assertThat(shop.text("SELECT status || ctid::text FROM orders")).isEqualTo(before);
    assertThat(shop.count("log")).isZero();
  }

  /** Each is known without any order to try it on. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          ALTER TABLE orders ADD CHECK (status IN ('NOTPAY', 'DONE')) | CLOSED is refused by column
          ALTER TABLE orders ALTER status TYPE varchar(5) | ORDERS_CLOSED_STATUS=CLOSED is too long
          ALTER TABLE orders ALTER status TYPE char(4) | ORDERS_CLOSED_STATUS=CLOSED is too long
          CREATE DOMAIN d AS varchar(5); ALTER TABLE orders ALTER status DROP DEFAULT, ALTER status TYPE d | CLOSED is too long
          CREATE DOMAIN d AS text CHECK (VALUE <> 'CLOSED'); ALTER TABLE orders ALTER status TYPE d | CLOSED is refused by column
          CREATE DOMAIN d AS text CHECK (VALUE <> 'PAID'); ALTER TABLE orders ALTER status TYPE d | ORDERS_PAID_STATUS=PAID is refused by column
          CREATE RULE keep AS ON UPDATE TO orders DO INSTEAD NOTHING | status cannot be updated: cannot perform UPDATE RETURNING
          ALTER TABLE orders DROP status; ALTER TABLE orders ADD status text GENERATED ALWAYS AS ('NOTPAY') STORED | is a generated column
          """)
  void declarationThatRefusesAStatusIsNamed(String ddl, String problem) {
    script(ddl);

    assertThat(problems(TableSettings.defaults().paid("PAID"))).anyMatch(p -> p.contains(problem));
  }

  /** Each shows only on a row. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          RAISE 'no closing here' | ORDERS_CLOSED_STATUS=CLOSED is refused: no closing here
          RAISE SQLSTATE '57P01' USING MESSAGE = 'no closing here' | CLOSED is refused: no closing here
          RAISE SQLSTATE '53100' USING MESSAGE = 'no closing here' | CLOSED is refused: no closing here
          IF NEW.status = 'PAID' THEN RAISE 'never' ; END IF | ORDERS_PAID_STATUS=PAID is refused: never
          NEW.status := OLD.status | CLOSED is not taken: the row is still unpaid
          NEW.status := 'OTHER' | CLOSED is not taken: after the UPDATE the row has status OTHER
          RETURN NULL | CLOSED is not taken: the row is still unpaid
          """)
  void triggerThatRefusesEveryRowIsNamed(String body, String problem) {
    shop.orders("ORDER-", 3, DUE, Shop.SUB_MCHID);
    trigger(body + "; RETURN NEW;");

    assertThat(problems(TableSettings.defaults().paid("PAID")))
        .singleElement()
        .asString()
        .contains(problem)
        .contains("tried on 3 orders");
  }

  @Test
  void constraintTriggerThatIsDeferredIsTriedToo() {
    shop.order("ORDER-1", DUE);
    script(
        """
        CREATE FUNCTION check_later() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE 'at the end'; END $$;
        CREATE CONSTRAINT TRIGGER check_later AFTER UPDATE ON orders DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION check_later();
        """);

    assertThat(problems(TableSettings.defaults())).anyMatch(p -> p.contains("at the end"));
  }

  @Test
  void triggerThatRefusesOneRowIsAWarningThatNamesIt() {
    shop.order("ORDER-1", DUE);
    shop.order("ORDER-2", DUE);
    trigger("IF NEW.out_trade_no = 'ORDER-1' THEN RAISE 'held'; END IF; RETURN NEW;");

    assertThat(warnings(TableSettings.defaults()))
        .singleElement()
        .isEqualTo(
            "order ORDER-1: ORDERS_CLOSED_STATUS=CLOSED is refused: held; other orders work");
  }

  /** A young order shows that the trigger means the due one alone. */
  @Test
  void youngOrdersAreTriedWhereAllDueOnesRefuse() {
    shop.order("ORDER-1", DUE);
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at) VALUES ('ORDER-2', '1', now())");
    trigger("IF NEW.out_trade_no = 'ORDER-1' THEN RAISE 'held'; END IF; RETURN NEW;");

    assertThat(warnings(TableSettings.defaults())).hasSize(1);
  }

  @Test
  void rowThatTheShopHoldsIsPassedOver() throws SQLException {
    shop.order("ORDER-1", DUE);
    try (Connection connection = shop.database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("UPDATE orders SET status = 'SUCCESS'");

      assertThat(warnings(TableSettings.defaults())).isEmpty();
    }
  }

  @Test
  void viewsThatCannotBeWrittenAreRefusedWithThePostgresReason() {
    shop.order("ORDER-1", DUE);
    shop.execute(
        "CREATE VIEW checked AS SELECT * FROM orders WHERE status = 'NOTPAY' WITH CHECK OPTION");
    shop.execute("CREATE VIEW unchecked AS SELECT * FROM orders WHERE status = 'NOTPAY'");
    shop.execute("CREATE VIEW joined AS SELECT o.* FROM orders o JOIN orders p USING (id)");
    shop.execute("CREATE VIEW ruled AS SELECT o.* FROM orders o JOIN orders p USING (id)");
    shop.execute(
        "CREATE RULE ruled AS ON UPDATE TO ruled DO INSTEAD"
            + " UPDATE orders SET status = NEW.status WHERE id = OLD.id");

    assertThat(problems(TableSettings.defaults().table("checked")))
        .anyMatch(p -> p.contains("violates check option"));
    assertThat(problems(TableSettings.defaults().table("unchecked"))).isEmpty();
    assertThat(problems(TableSettings.defaults().table("joined")))
        .anyMatch(p -> p.contains("INSTEAD OF UPDATE trigger"));
    assertThat(problems(TableSettings.defaults().table("ruled")))
        .anyMatch(p -> p.contains("UPDATE RETURNING"));
  }

  @ParameterizedTest
  @CsvSource({
    "int, 0+5, 05, ORDERS_CLOSED_STATUS=05 is the same value as ORDERS_UNPAID_STATUS=5",
    "bpchar, NOTPAY, 'NOTPAY ', is the same value as",
    "citext, NOTPAY, notpay, is the same value as",
    "text COLLATE nocase, NOTPAY, notpay, is the same value as",
    "over_over_citext, NOTPAY, notpay, is the same value as",
  })
  void statusesThatAreEqualInTheColumnsTypeAreRefused(
      String type, String unpaid, String closed, String problem) {
    types();
    statusOf(type);

    assertThat(problems(TableSettings.defaults().unpaid(unpaid.split("\\+")).closed(closed)))
        .singleElement()
        .asString()
        .contains(problem);
  }

  /** Domains over domains, and a type whose operators are in no schema of the search path. */
  @ParameterizedTest
  @CsvSource({
    "state, open, shut",
    "over_state, open, shut",
    "over_over_state, open, shut",
    "over_over_text, open, shut",
    "over_over_int, 0, 9",
    "over_over_citext, OPEN, shut",
    "far.citext, OPEN, shut"
  })
  void statusOfAnyTypeIsMarked(String type, String unpaid, String closed) {
    types();
    if (type.startsWith("far.")) {
      script("CREATE SCHEMA far; ALTER EXTENSION citext SET SCHEMA far");
    }
    statusOf(type);
    shop.execute("ALTER TABLE orders ADD channel " + type);
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, status, created_at, channel)"
            + " SELECT 'ORDER-1', '1', lower('%1$s')::%2$s, 'epoch', lower('%1$s')::%2$s"
                .replace("%1$s", unpaid)
                .replace("%2$s", type));
    TableSettings settings =
        TableSettings.defaults().unpaid(unpaid).closed(closed).filter("channel", unpaid, closed);

    assertThat(warnings(settings)).isEmpty();

    ShopStore store =
        new ShopStore(shop.jdbi(), shop.table(settings.mapping()), new MerchantId("1"));
    List<String> marked =
        shop.jdbi().withHandle(handle -> store.markClosed(handle, List.of("ORDER-1")));
    assertThat(marked).containsExactly("ORDER-1");
    assertThat(shop.text("SELECT status::text FROM orders")).isEqualTo(closed);
  }

  /** A domain's own conditions must not fail a comparison with a value that it cannot have. */
  @Test
  void constantsAreOfTheTypeBeneathADomain() {
    script(
        "CREATE DOMAIN state AS text CHECK (VALUE IN ('NOTPAY', 'CLOSED'));"
            + "CREATE DOMAIN numbers AS text CHECK (VALUE LIKE 'ORDER-%');"
            + "ALTER TABLE orders ALTER status TYPE state, ALTER out_trade_no TYPE numbers");
    shop.order("ORDER-1", DUE);

    assertThat(problems(TableSettings.defaults().unpaid("NOTPAY", "OPEN"))).isEmpty();
    ShopStore store = new ShopStore(shop.jdbi(), shop.table(), new MerchantId("1"));
    assertThat(store.read(List.of("ORDER-1", "OTHER-1"))).hasSize(2);
  }

  @Test
  void enumWithoutTheStatusIsNamedWithItsValues() {
    types();
    statusOf("over_over_state");

    assertThat(problems(TableSettings.defaults().unpaid("open")))
        .singleElement()
        .asString()
        .contains("ORDERS_CLOSED_STATUS=CLOSED is no value of type")
        .contains("its values are: open, shut");
  }

  @Test
  void readOnlyServerIsRefused() {
    shop.execute(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',"
            + " current_database()); END $$");

    assertThat(problems(TableSettings.defaults()))
        .singleElement()
        .asString()
        .contains("transactions are read-only here");
  }

  @Test
  void roleThatMayNotCallWhatATriggerCallsIsRefused() {
    shop.order("ORDER-1", DUE);
    role();
    script(
        """
        CREATE FUNCTION secret() RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$;
        REVOKE EXECUTE ON FUNCTION secret() FROM PUBLIC;
        """);
    trigger("PERFORM secret(); RETURN NEW;");

    assertThat(problems(readAsRole()))
        .anyMatch(p -> p.contains("permission denied for function secret"));
  }

  @Test
  void rowSecurityIsWarnedAboutAndAMissingUpdatePolicyIsRefused() {
    shop.order("ORDER-1", DUE);
    role();
    script(
        """
        ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
        CREATE POLICY see ON orders FOR SELECT USING (true);
        """);

    List<String> refused = problems(readAsRole());
    shop.execute(refused.getFirst().replaceFirst(".*(CREATE POLICY .*) \\(tried.*", "$1"));

    assertThat(refused).singleElement().asString().contains("row level security has no policy");
    assertThat(readAsRole())
        .isInstanceOfSatisfying(
            Outcome.Usable.class,
            usable ->
                assertThat(usable.warnings())
                    .singleElement()
                    .asString()
                    .contains("row level security is on for orders"));
  }

  @Test
  void zonelessTimesWithoutAZoneSettingAreWarnedAboutWithWhatTheyWouldMean() {
    shop.execute("ALTER TABLE orders ALTER created_at TYPE timestamp");
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at) VALUES"
            + " ('ORDER-1', '1', timezone('Asia/Shanghai', now()) - interval '1 minute')");
    TableSettings settings = TableSettings.defaults();

    assertThat(warnings(settings.zoneByDefault()))
        .singleElement()
        .asString()
        .contains("ORDERS_TIME_ZONE is unset")
        .contains("the newest unpaid order is then 7 h in the future");
    assertThat(ShopTableReader.readForDryRun(shop.jdbi(), settings.mapping()))
        .isInstanceOfSatisfying(
            Outcome.Usable.class, usable -> assertThat(usable.warnings()).hasSize(1));
    assertThat(warnings(settings.zone("UTC")))
        .singleElement()
        .asString()
        .contains("7 h in the future, its time read in UTC: ORDERS_TIME_ZONE is wrong");
    assertThat(warnings(settings.zone("Asia/Shanghai"))).isEmpty();
    assertThat(warnings(settings.zone("Pacific/Kiritimati")))
        .singleElement()
        .asString()
        .contains("6 h old, its time read in Pacific/Kiritimati");
  }

  private void types() {
    script(
        """
        CREATE EXTENSION citext;
        CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TYPE state AS ENUM ('open', 'shut');
        CREATE DOMAIN over_state AS state;
        CREATE DOMAIN over_over_state AS over_state;
        CREATE DOMAIN over_text AS varchar(8);
        CREATE DOMAIN over_over_text AS over_text CHECK (VALUE <> '');
        CREATE DOMAIN over_int AS smallint;
        CREATE DOMAIN over_over_int AS over_int CHECK (VALUE < 10);
        CREATE DOMAIN over_citext AS citext;
        CREATE DOMAIN over_over_citext AS over_citext;
        """);
  }

  private void statusOf(String type) {
    shop.execute(
        "ALTER TABLE orders ALTER status DROP DEFAULT, ALTER status DROP NOT NULL,"
            + " ALTER status TYPE "
            + type
            + " USING NULL");
  }

  private void role() {
    script(
        """
        DO $$ BEGIN CREATE ROLE trial_role LOGIN PASSWORD 'trial';
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        GRANT SELECT, UPDATE ON orders TO trial_role;
        """);
  }

  private Outcome readAsRole() {
    return ShopTableReader.read(
        Databases.jdbi(shop.database().dataSource("trial_role", "trial")), Shop.mapping());
  }

  private void trigger(String body) {
    script(
        "CREATE FUNCTION shop_trigger() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            + body
            + " END $$; CREATE TRIGGER shop_trigger BEFORE UPDATE ON orders"
            + " FOR EACH ROW EXECUTE FUNCTION shop_trigger()");
  }

  private void script(String sql) {
    try (Connection connection = shop.database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
