package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Shop;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On 200,000 orders, of which a few are unpaid. */
class ScanPlanTest {
  private final Shop shop = Shop.open();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "CREATE INDEX shop_index ON orders (status, created_at)",
        "CREATE INDEX shop_index ON orders (created_at) WHERE status = 'NOTPAY'"
      })
  void scanUsesTheShopsIndex(String index) {
    fill();
    shop.execute("DROP INDEX orders_status_created_at_idx");
    shop.execute(index);
    shop.execute("ANALYZE orders");
    String rows = ScanStore.rowsOfEachStatus(shop.table(), "true").replace(":batch", "1000");

    assertThat(plan("SELECT * FROM (" + rows + ") AS due ORDER BY created_at, key LIMIT 1000"))
        .contains("shop_index")
        .doesNotContain("Seq Scan on orders");
  }

  /** Their columns are compared by a cast, or by an operator named with its schema. */
  @ParameterizedTest
  @ValueSource(strings = {"order_state", "far.citext"})
  void scanUsesTheIndexOverAStatusOfAnotherType(String type) {
    fill();
    shop.execute("CREATE TYPE state AS ENUM ('NOTPAY', 'SUCCESS', 'CLOSED')");
    shop.execute("CREATE DOMAIN order_state AS state");
    shop.execute("CREATE SCHEMA far");
    shop.execute("CREATE EXTENSION citext SCHEMA far");
    shop.execute(
        "ALTER TABLE orders ALTER status DROP DEFAULT, ALTER status TYPE "
            + type
            + " USING status::"
            + (type.equals("order_state") ? "state" : type));
    shop.execute("ANALYZE orders");
    String rows = ScanStore.rowsOfEachStatus(shop.table(), "true").replace(":batch", "1000");

    assertThat(plan("SELECT * FROM (" + rows + ") AS due ORDER BY created_at, key LIMIT 1000"))
        .contains("orders_status_created_at_idx")
        .doesNotContain("Seq Scan on orders");
  }

  @Test
  void lookingAnOrderUpUsesTheIndexOverTheNumber() {
    fill();
    shop.execute("ANALYZE orders");

    assertThat(
            plan(
                shop.table()
                    .sql("SELECT 1 FROM <orders> o WHERE <key> = ANY ('{a,b}'::<key_type>[])")))
        .contains("orders_out_trade_no_idx");
  }

  @Test
  void missingIndexIsNamedWithTheStatementThatMakesIt() {
    IndexStore indexes = new IndexStore(shop.jdbi(), shop.table(), Shop.mapping());
    assertThat(indexes.missing()).isEmpty();

    shop.execute("DROP INDEX orders_status_created_at_idx");

    assertThat(indexes.missing())
        .singleElement()
        .extracting(one -> one.statements().getFirst())
        .asString()
        .startsWith("CREATE INDEX CONCURRENTLY ON \"public\".\"orders\" (\"created_at\") WHERE");
  }

  private void fill() {
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, status, created_at)"
            + " SELECT 'ORDER-' || i, '1900000109',"
            + " CASE WHEN i % 500 = 0 THEN 'NOTPAY' ELSE 'SUCCESS' END,"
            + " now - i * interval '1 minute'"
            + " FROM testkit.clock, generate_series(1, 200000) AS i");
  }

  private String plan(String sql) {
    return shop.jdbi()
        .withHandle(
            handle ->
                String.join("\n", handle.createQuery("EXPLAIN " + sql).mapTo(String.class).list()));
  }
}
