package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Shop;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On 40,000 resolved orders, 80,000 requests and 40,000 rows of the shop. */
class RetentionPlanTest {
  private final Shop shop = Shop.open();

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void indexesServeEachStep(boolean statistics) {
    fill(statistics);
    RetentionStore store =
        new RetentionStore(shop.jdbi(), shop.table().withNow("now()"), Duration.ofDays(90));

    String orders =
        plan(
            store
                .removing()
                .replace(":retention", "'90 days'")
                .replace(":after_resolved_at", "'1970-01-01Z'")
                .replace(":after_out_trade_no", "''")
                .replace(":batch", "500"));
    String history =
        plan(
            store
                .removingHistory()
                .replace(":retention", "'90 days'")
                .replace(":after", "''")
                .replace(":batch", "2000"));

    assertThat(orders)
        .contains("order_close_resolved_at", "orders_out_trade_no_idx", "close_attempt_order")
        .doesNotContain("Seq Scan on order");
    assertThat(orders + history).doesNotContain("Seq Scan on close_attempt");
    assertThat(history).contains("close_attempt_order", "order_close_pkey");
  }

  private void fill(boolean statistics) {
    for (String table :
        new String[] {"orders", "order_closer.order_close", "order_closer.close_attempt"}) {
      shop.execute("ALTER TABLE " + table + " SET (autovacuum_enabled = false)");
    }
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, status, created_at)"
            + " SELECT 'ORDER-' || i, '1900000109', 'CLOSED', now() - i * interval '1 minute'"
            + " FROM generate_series(1, 40000) AS i");
    shop.execute(
        "INSERT INTO order_closer.order_close (out_trade_no, sp_mchid, sub_mchid,"
            + " order_created_at, state, attempts, resolved_at)"
            + " SELECT 'ORDER-' || i, '1', '2', at, 'CLOSED', 1, at"
            + " FROM generate_series(1, 40000) AS i,"
            + " LATERAL (SELECT now() - i * interval '5 minutes' AS at) AS moment");
    shop.execute(
        "INSERT INTO order_closer.close_attempt (id, out_trade_no, attempt, operation, started_at,"
            + " duration_ms, host, verified, instance_id)"
            + " SELECT gen_random_uuid(), 'ORDER-' || i / 2, 1, 'close', now(), 1, 'h', true, 'i'"
            + " FROM generate_series(1, 80000) AS i");
    if (statistics) {
      shop.execute("ANALYZE");
    }
  }

  private String plan(String sql) {
    return shop.jdbi()
        .inTransaction(
            handle -> {
              handle.execute("SET LOCAL random_page_cost = 1.1");
              return String.join(
                  "\n", handle.createQuery("EXPLAIN " + sql).mapTo(String.class).list());
            });
  }
}
