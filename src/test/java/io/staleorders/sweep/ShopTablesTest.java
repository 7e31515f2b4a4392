package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.store.ShopTableReader;
import io.staleorders.store.ShopTableReader.Outcome.Unusable;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Shops whose tables have other names and types than the defaults. */
class ShopTablesTest {
  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void integerStatusAndLocalTimesUnderOtherNamesAreServed() {
    openMall();
    insert("1000000001", 0, "2026-03-01 06:40");
    insert("1000000002", 5, "2026-03-01 06:30");
    insert("1000000003", 0, "2026-03-01 06:50");
    insert("1000000004", 9, "2026-03-01 06:40");

    rig.sweep();

    assertThat(state("1000000001")).isEqualTo(7);
    assertThat(state("1000000002")).isEqualTo(7);
    assertThat(state("1000000003")).as("10 minutes old").isZero();
    assertThat(state("1000000004")).as("not among the unpaid").isEqualTo(9);
    assertThat(shop.states()).containsOnlyKeys("1000000001", "1000000002");
    assertThat(rig.sandbox().requests("1000000003")).isEmpty();
  }

  @Test
  void localTimeThatOccursTwiceIsReadAsTheLaterOne() {
    openMall();
    shop.execute("UPDATE testkit.clock SET now = '2026-11-01T06:10:00Z'");
    rig.advance(Duration.ZERO);
    insert("1000000001", 0, "2026-11-01 01:50");

    rig.sweep();
    assertThat(rig.sandbox().requests("1000000001")).isEmpty();

    rig.advance(Duration.ofMinutes(55));
    rig.sweep();
    assertThat(state("1000000001")).isEqualTo(7);
  }

  @Test
  void shopWithOneSubMerchantAndNoColumnForItIsServed() {
    rig.restart(Options.defaults().table(TableSettings.defaults().fixedSubMchid(Shop.SUB_MCHID)));
    shop.order("ORDER-1", Duration.ofMinutes(20), "another", "NOTPAY");

    rig.sweep();

    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  @Test
  void rowsOfOtherChannelsAreNeitherReadNorWritten() {
    shop.execute("ALTER TABLE orders ADD COLUMN channel text");
    rig.restart(
        Options.defaults()
            .table(TableSettings.defaults().filter("channel", "wechat", "wechat-app")));
    shop.order("ORDER-1", Duration.ofMinutes(20));
    shop.order("ALIPAY-1", Duration.ofMinutes(20));
    shop.execute("UPDATE orders SET channel = 'wechat-app' WHERE out_trade_no = 'ORDER-1'");
    shop.execute("UPDATE orders SET channel = 'alipay' WHERE out_trade_no = 'ALIPAY-1'");

    rig.sweep();

    assertThat(shop.states()).containsOnlyKeys("ORDER-1");
    assertThat(shop.status("ALIPAY-1")).isEqualTo("NOTPAY");
  }

  /** A domain over an enum has no operators of its own, a domain's conditions fail other values. */
  @Test
  void columnsOfDomainsOverDomainsAreServed() {
    shop.execute(
        """
        CREATE TYPE state AS ENUM ('open', 'paid', 'shut');
        CREATE DOMAIN some_state AS state CHECK (VALUE <> 'paid');
        CREATE DOMAIN order_state AS some_state;
        CREATE DOMAIN number AS varchar(20) CHECK (VALUE LIKE 'ORDER-%');
        CREATE DOMAIN order_number AS number;
        CREATE DOMAIN moment AS timestamp(3);
        CREATE DOMAIN order_moment AS moment NOT NULL;
        CREATE TABLE mall (out_trade_no order_number PRIMARY KEY, sub_mchid bigint,
            status order_state, created_at order_moment);
        """);
    shop.execute(
        "INSERT INTO mall SELECT 'ORDER-' || i, 1900000109, 'open', timezone('UTC', now) - i * interval '10 minutes' FROM testkit.clock, generate_series(1, 3) AS i");
    rig.restart(
        Options.defaults()
            .table(
                TableSettings.defaults()
                    .table("mall")
                    .zone("UTC")
                    .unpaid("open", "paid")
                    .closed("shut")));

    rig.sweep();
    rig.advance(Duration.ofMinutes(10));
    rig.sweep();

    assertThat(shop.states())
        .hasSize(3)
        .containsEntry("ORDER-1", "CLOSED")
        .containsEntry("ORDER-3", "CLOSED");
    assertThat(shop.count("mall WHERE status::state = 'shut'")).isEqualTo(3);
  }

  /** Settings come from outside: they must stay names and values, whatever is in them. */
  @Test
  void namesAndValuesThatLookLikeSqlAreNamesAndValues() {
    String odd = "o\"; DROP TABLE orders; -- ' <now> ? :named $1 \\ \n";
    String quoted = "\"" + odd.replace("\"", "\"\"") + "\"";
    try (Connection connection = shop.database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          "CREATE TABLE %1$s (%1$s text, sub_mchid text, status text, created_at timestamptz, channel text)"
              .formatted(quoted));
      statement.execute(
          "INSERT INTO %s SELECT 'ORDER-' || i, '1900000109', 'x'' OR true --',".formatted(quoted)
              + " now - interval '20 minutes', E'\\\\'' OR true --' FROM testkit.clock,"
              + " generate_series(1, 3) AS i");
      statement.execute("UPDATE %s SET status = 'NOTPAY' WHERE %1$s = 'ORDER-2'".formatted(quoted));
      statement.execute("UPDATE %s SET channel = 'x' WHERE %1$s = 'ORDER-3'".formatted(quoted));
      rig.restart(
          Options.defaults()
              .table(
                  TableSettings.defaults()
                      .table(odd)
                      .outTradeNo(odd)
                      .unpaid("x' OR true --")
                      .closed("it's :closed? <now> \\")
                      .filter("channel", "\\' OR true --")));

      rig.sweep();

      ResultSet rows =
          statement.executeQuery(
              "SELECT string_agg(status, ' | ' ORDER BY %1$s) FROM %1$s".formatted(quoted));
      assertThat(rows.next()).isTrue();
      assertThat(rows.getString(1)).isEqualTo("it's :closed? <now> \\ | NOTPAY | x' OR true --");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    assertThat(shop.states()).containsOnlyKeys("ORDER-1");
  }

  @Test
  void missingColumnAndUnusableTypeAreNamedWithWhatWouldMendThem() {
    shop.execute("CREATE TABLE odd (out_trade_no text, status boolean, created_at bigint)");

    assertThat(ShopTableReader.read(shop.jdbi(), TableSettings.defaults().table("odd").mapping()))
        .isInstanceOfSatisfying(
            Unusable.class,
            unusable ->
                assertThat(unusable.problems())
                    .anyMatch(
                        p -> p.contains("no column \"sub_mchid\"; set ORDERS_SUB_MCHID_COLUMN"))
                    .anyMatch(p -> p.contains("CREATE VIEW \"odd_to_close\" AS SELECT"))
                    .anyMatch(p -> p.contains("a status may be text, an enum or an integer")));
    assertThat(ShopTableReader.read(shop.jdbi(), TableSettings.defaults().table("none").mapping()))
        .isInstanceOfSatisfying(
            Unusable.class,
            unusable ->
                assertThat(unusable.problems()).anyMatch(p -> p.contains("set ORDERS_TABLE")));
  }

  private void openMall() {
    shop.execute("CREATE SCHEMA mall");
    shop.execute(
        "CREATE TABLE mall.\"Order\"\"s\" (\"order no\" char(32), merchant bigint, state smallint,"
            + " made timestamp)");
    rig.restart(
        Options.defaults()
            .table(
                TableSettings.defaults()
                    .schema("mall")
                    .table("Order\"s")
                    .outTradeNo("order no")
                    .subMchid("merchant")
                    .status("state")
                    .createdAt("made")
                    .zone("America/New_York")
                    .unpaid("0", "5")
                    .closed("7")));
  }

  private void insert(String outTradeNo, int state, String made) {
    shop.execute(
        "INSERT INTO mall.\"Order\"\"s\" VALUES (?, 1900000109, ?, CAST(? AS timestamp))",
        outTradeNo,
        state,
        made);
  }

  private int state(String outTradeNo) {
    return shop.jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT state FROM mall.\"Order\"\"s\" WHERE \"order no\" = :no")
                    .bind("no", outTradeNo)
                    .mapTo(Integer.class)
                    .one());
  }
}
