package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.staleorders.store.ShopTableReader.Outcome;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import io.staleorders.testkit.Tap;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found wrong with the shop's table when the service starts. */
class ShopTableReaderTest {
  private final Shop shop = Shop.open();

  /** Or the service would end as wrongly set up, while the database is only being restarted. */
  @ParameterizedTest
  @ValueSource(strings = {"SELECT CAST(? AS pg_catalog.text)::", "UPDATE"})
  void databaseThatGoesAwayMeanwhileIsNoFaultOfTheTable(String statement) {
    assertThatThrownBy(() -> read(statement, "57P01")).isInstanceOf(JdbiException.class);
    assertThatThrownBy(() -> read(statement, "08006")).isInstanceOf(JdbiException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"SELECT CAST(? AS pg_catalog.text)::", "UPDATE"})
  void statementThatTheServerRefusesIsAFaultOfTheTable(String statement) {
    assertThat(read(statement, "42501")).isInstanceOf(Outcome.Unusable.class);
  }

  private Outcome read(String failing, String sqlState) {
    Tap.Listener listener =
        new Tap.Listener() {
          @Override
          public void before(String sql) throws SQLException {
            if (sql.startsWith(failing)) {
              throw new SQLException("failed on purpose", sqlState);
            }
          }

          @Override
          public void after(String sql) {}
        };
    Jdbi jdbi = Databases.jdbi(Tap.on(shop.database().dataSource(), listener));
    return ShopTableReader.read(jdbi, Shop.mapping());
  }

  private Outcome read(TableSettings settings) {
    return ShopTableReader.read(shop.jdbi(), settings.mapping());
  }

  private List<String> problems(TableSettings settings) {
    return switch (read(settings)) {
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

  /** What views are made of, one each. */
  private static List<String> lockable() {
    return List.of(
        "SELECT * FROM orders",
        "SELECT out_trade_no, sub_mchid, status, created_at FROM orders WHERE amount > 0",
        "SELECT o.out_trade_no, o.sub_mchid, s.state AS status, o.created_at FROM orders o JOIN order_state s ON s.no = o.out_trade_no",
        "SELECT o.out_trade_no, o.sub_mchid, s.state AS status, o.created_at FROM orders o, order_state s WHERE s.no = o.out_trade_no",
        "SELECT o.out_trade_no, (SELECT 'x' || o.sub_mchid) AS sub_mchid, o.status, o.created_at FROM orders o",
        "SELECT out_trade_no, sub_mchid, status, created_at + interval '1 minute' AS created_at FROM orders",
        "SELECT out_trade_no, sub_mchid, status, created_at FROM (orders JOIN order_state USING (out_trade_no)) AS j",
        "SELECT b.* FROM base_view b",
        "SELECT b.* FROM barrier_view b JOIN order_state s ON s.no = b.out_trade_no",
        "WITH x AS (SELECT 1 AS one) SELECT o.out_trade_no, o.sub_mchid, o.status, o.created_at FROM orders o JOIN x ON x.one = 1",
        "SELECT * FROM parted",
        "SELECT * FROM parent");
  }

  @Test
  void viewsWhoseStatusIsAPlainColumnOfALockedTableAreAccepted() {
    makeViews();
    shop.execute("ALTER TABLE order_state ADD COLUMN out_trade_no varchar(64)");

    assertThat(lockable()).allSatisfy(view -> assertThat(problemsOfView(view)).as(view).isEmpty());
  }

  /** What views are made of, one each, and what is said about it. */
  private static Map<String, String> notLockable() {
    String columns = "o.out_trade_no, o.sub_mchid, o.created_at";
    return Map.ofEntries(
        Map.entry(
            "SELECT "
                + columns
                + ", (SELECT s.state FROM order_state s WHERE s.no = o.out_trade_no) AS status FROM orders o",
            "a subquery"),
        Map.entry(
            "WITH s AS (SELECT no, state FROM order_state) SELECT "
                + columns
                + ", s.state AS status FROM orders o JOIN s ON s.no = o.out_trade_no",
            "a WITH query"),
        Map.entry(
            "WITH s AS MATERIALIZED (SELECT * FROM order_state) SELECT "
                + columns
                + ", s.state AS status FROM orders o JOIN s ON s.no = o.out_trade_no",
            "a WITH query"),
        Map.entry(
            "SELECT " + columns + ", state_of(o.out_trade_no) AS status FROM orders o",
            "a function"),
        Map.entry(
            "SELECT "
                + columns
                + ", f.state AS status FROM orders o, LATERAL states_of(o.out_trade_no) f",
            "a function in FROM"),
        Map.entry(
            "SELECT "
                + columns
                + ", CASE WHEN o.amount > 0 THEN o.status ELSE 'PAID' END AS status FROM orders o",
            "a CASE expression"),
        Map.entry(
            "SELECT " + columns + ", coalesce(o.status, 'NOTPAY') AS status FROM orders o",
            "COALESCE"),
        Map.entry("SELECT " + columns + ", o.status::text AS status FROM orders o", "a cast"),
        Map.entry("SELECT " + columns + ", upper(o.status) AS status FROM orders o", "a function"),
        Map.entry(
            "SELECT " + columns + ", o.status || '' AS status FROM orders o", "an expression"),
        Map.entry("SELECT " + columns + ", 'NOTPAY'::text AS status FROM orders o", "a constant"),
        Map.entry(
            "SELECT " + columns + ", max(o.status) AS status FROM orders o GROUP BY 1, 2, 3",
            "an aggregate"),
        Map.entry("SELECT " + columns + ", o.status FROM orders o GROUP BY 1, 2, 3, 4", "GROUP BY"),
        Map.entry(
            "SELECT " + columns + ", first_value(o.status) OVER () AS status FROM orders o",
            "a window function"),
        Map.entry("SELECT DISTINCT " + columns + ", o.status FROM orders o", "DISTINCT"),
        Map.entry(
            "SELECT DISTINCT ON (o.out_trade_no) " + columns + ", o.status FROM orders o",
            "DISTINCT"),
        Map.entry("SELECT " + columns + ", o.status FROM orders o LIMIT 5", "LIMIT"),
        Map.entry(
            "SELECT "
                + columns
                + ", o.status FROM orders o UNION ALL SELECT "
                + columns
                + ", o.status FROM orders o",
            "UNION"),
        Map.entry(
            "SELECT "
                + columns
                + ", s.state AS status FROM orders o LEFT JOIN order_state s ON s.no = o.out_trade_no",
            "outer join"),
        Map.entry(
            "SELECT "
                + columns
                + ", s.state AS status FROM order_state s RIGHT JOIN orders o ON s.no = o.out_trade_no",
            "outer join"),
        Map.entry(
            "SELECT "
                + columns
                + ", s.state AS status FROM orders o FULL JOIN order_state s ON s.no = o.out_trade_no",
            "outer join"),
        Map.entry(
            "SELECT "
                + columns
                + ", s.state AS status FROM orders o, LATERAL (SELECT state FROM order_state s WHERE s.no = o.out_trade_no LIMIT 1) s",
            "a subquery in FROM"),
        Map.entry(
            "SELECT " + columns + ", o.status FROM (SELECT * FROM orders) o", "a subquery in FROM"),
        Map.entry(
            "SELECT "
                + columns
                + ", v.state AS status FROM orders o JOIN (VALUES ('A', 'NOTPAY')) AS v (no, state) ON v.no = o.out_trade_no",
            "a subquery in FROM"),
        Map.entry("SELECT " + columns + ", o.status FROM subquery_view o", "view subquery_view"),
        Map.entry(
            "SELECT " + columns + ", v.status FROM orders o JOIN deep_view v USING (out_trade_no)",
            "view subquery_view"),
        Map.entry("SELECT " + columns + ", o.status FROM stored_view o", "materialized view"),
        Map.entry("SELECT " + columns + ", o.status FROM far_orders o", "foreign table"),
        Map.entry("SELECT " + columns + ", o.status FROM partly_far o", "foreign table"));
  }

  @Test
  void viewsWhoseStatusIsNoPlainColumnOfALockedTableAreRefused() {
    makeViews();

    assertThat(notLockable())
        .allSatisfy(
            (view, reason) ->
                assertThat(problemsOfView(view))
                    .as(view)
                    .singleElement()
                    .asString()
                    .contains(
                        "column \"status\" of \"shop_view\" cannot be locked against a payment")
                    .contains(reason));
  }

  private List<String> problemsOfView(String definition) {
    shop.execute("CREATE VIEW shop_view AS " + definition);
    writeByTrigger("shop_view");
    List<String> problems = problems(TableSettings.defaults().table("shop_view"));
    shop.execute("DROP VIEW shop_view");
    return problems;
  }

  @Test
  void relationsWithoutRowLocksAreRefused() {
    makeViews();

    assertThat(List.of("stored_view", "far_orders", "partly_far"))
        .allSatisfy(
            relation ->
                assertThat(problems(TableSettings.defaults().table(relation)))
                    .singleElement()
                    .asString()
                    .contains("cannot be locked against a payment"));
  }

  /** Whatever a view is called and says in its texts, its rule is read as what it is. */
  @Test
  void oddNamesInAViewAreReadAsNames() {
    shop.execute(
        "CREATE VIEW odd AS SELECT \"{o} (:x\\\".out_trade_no, \"{o} (:x\\\".sub_mchid,"
            + " \"{o} (:x\\\".status, \"{o} (:x\\\".created_at, '{VAR :varno 9} ) <> \\\\'::text AS \":resno 3}\""
            + " FROM orders AS \"{o} (:x\\\" WHERE 'a}b{c\\' <> '<>'");

    assertThat(problems(TableSettings.defaults().table("odd"))).isEmpty();
  }

  @Test
  void viewWhoseConditionReadsFurtherRowsIsWarnedAbout() {
    makeViews();
    shop.execute(
        "CREATE VIEW shop_view AS SELECT * FROM orders o"
            + " WHERE NOT EXISTS (SELECT FROM order_state s WHERE s.no = o.out_trade_no)");

    assertThat(warnings(TableSettings.defaults().table("shop_view")))
        .anyMatch(w -> w.contains("conditions of view shop_view read further rows"));
  }

  private void makeViews() {
    script(
        """
        CREATE TABLE order_state (no varchar(64) PRIMARY KEY, state varchar(16));
        CREATE FUNCTION state_of(varchar) RETURNS varchar LANGUAGE sql AS
            'SELECT state FROM order_state WHERE no = $1';
        CREATE FUNCTION states_of(varchar) RETURNS SETOF order_state LANGUAGE sql AS
            'SELECT * FROM order_state WHERE no = $1';
        CREATE VIEW base_view AS SELECT * FROM orders;
        CREATE VIEW barrier_view WITH (security_barrier) AS
            SELECT out_trade_no, sub_mchid, status, created_at FROM base_view WHERE amount > 0;
        CREATE VIEW subquery_view AS
            SELECT out_trade_no, sub_mchid, created_at, (SELECT 'NOTPAY'::text) AS status FROM orders;
        CREATE VIEW deep_view AS SELECT * FROM subquery_view;
        CREATE MATERIALIZED VIEW stored_view AS SELECT * FROM orders;
        CREATE TABLE parted (out_trade_no text, sub_mchid text, status text, created_at timestamptz)
            PARTITION BY LIST (status);
        CREATE TABLE parted_unpaid PARTITION OF parted FOR VALUES IN ('NOTPAY');
        CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
        CREATE TABLE parent (out_trade_no text, sub_mchid text, status text, created_at timestamptz);
        CREATE TABLE child () INHERITS (parent);
        CREATE FOREIGN DATA WRAPPER nothing;
        CREATE SERVER far FOREIGN DATA WRAPPER nothing;
        CREATE FOREIGN TABLE far_orders (
            out_trade_no text, sub_mchid text, status text, created_at timestamptz) SERVER far;
        CREATE TABLE partly_far (LIKE parted) PARTITION BY LIST (status);
        CREATE FOREIGN TABLE far_part PARTITION OF partly_far DEFAULT SERVER far;
        CREATE FUNCTION written() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RETURN NEW; END';
        """);
  }

  private void writeByTrigger(String view) {
    shop.execute(
        "CREATE TRIGGER written INSTEAD OF UPDATE ON "
            + view
            + " FOR EACH ROW EXECUTE FUNCTION written()");
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
