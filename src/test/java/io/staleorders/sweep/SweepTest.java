package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.order.Event;
import io.staleorders.sandbox.OrderState;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

class SweepTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void dueOrdersAreClosedAtWechatPayAndThenHere() {
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);

    Duration untilNext = rig.sweep();

    assertThat(shop.states()).hasSize(30).values().containsOnly("CLOSED");
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(30);
    assertThat(rig.sandbox().state("ORDER-7")).isEqualTo(OrderState.CLOSED);
    assertThat(rig.sandbox().requests("ORDER-7")).hasSize(2);
    assertThat(untilNext).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void orderIsCalledAboutOnlyOnceItIsOldEnoughByTheDatabasesClock() {
    shop.order("ORDER-1", Duration.ofMinutes(15).minusMillis(1));
    rig.clock().advance(Duration.ofMinutes(4));

    Duration untilNext = rig.sweep();
    assertThat(rig.sandbox().requests("ORDER-1")).isEmpty();
    assertThat(untilNext).isEqualTo(Duration.ofMillis(1));

    rig.advance(Duration.ofMillis(1));
    rig.sweep();
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  @Test
  void resolvedOrdersAreNotCalledAboutAgain() {
    shop.order("ORDER-1", DUE);
    shop.order("PAID-01", DUE);
    rig.sweep();
    int calls = rig.sandbox().requests().size();

    rig.advance(Duration.ofHours(1));
    rig.sweep();

    assertThat(rig.sandbox().requests()).hasSize(calls);
  }

  /** The shop's row, our row and the database itself are free while WeChat Pay is asked. */
  @Test
  void nothingIsLockedDuringACall() {
    shop.order("ORDER-1", DUE);
    AtomicInteger calls = new AtomicInteger();
    rig.sandbox()
        .script(
            facts -> {
              shop.execute("SELECT 1 FROM orders FOR UPDATE NOWAIT");
              shop.execute("SELECT 1 FROM order_closer.order_close FOR UPDATE NOWAIT");
              // The pass polls meanwhile; a transaction around the call would not end before it.
              await().until(() -> openTransactions() == 0);
              calls.incrementAndGet();
              return Optional.empty();
            });

    rig.sweep();

    assertThat(calls).hasValue(2);
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  private int openTransactions() {
    return shop.count(
        "pg_stat_activity WHERE xact_start IS NOT NULL AND datname = current_database()"
            + " AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%'");
  }

  @Test
  void shopIsToldOfEachResolution() throws SQLException {
    shop.order("ORDER-1", DUE);
    shop.order("PAID-01", DUE);
    shop.order("bad", DUE);
    try (Connection connection = shop.database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("LISTEN order_closer");

      rig.sweep();

      PGNotification[] told = connection.unwrap(PGConnection.class).getNotifications(1_000);
      assertThat(Arrays.stream(told).map(PGNotification::getParameter))
          .containsExactlyInAnyOrder(
              "{\"out_trade_no\" : \"ORDER-1\", \"state\" : \"CLOSED\"}",
              "{\"out_trade_no\" : \"PAID-01\", \"state\" : \"PAID\"}",
              "{\"out_trade_no\" : \"bad\", \"state\" : \"ABANDONED\"}");
    }
  }

  @Test
  void historyHasARowForEachRequest() {
    shop.order("ORDER-1", DUE);
    shop.order("ODDMESSAGE-1", DUE);

    rig.sweep();

    assertThat(history("ORDER-1"))
        .extracting(row -> row.get("operation") + " " + row.get("http_status"))
        .containsExactly("close 204", "query 200");
    assertThat(history("ORDER-1"))
        .allMatch(row -> Objects.equals(row.get("verified"), true))
        .allMatch(row -> Objects.equals(row.get("attempt"), 1))
        .allMatch(row -> Objects.equals(row.get("instance_id"), "copy-1"))
        .extracting(row -> row.get("request_id"))
        .isEqualTo(
            rig.sandbox().requests("ORDER-1").stream().map(seen -> seen.requestId()).toList());
    assertThat(history("ODDMESSAGE-1")).isNotEmpty();
  }

  @Test
  void eachOrderAndTheSweepAreLogged() {
    shop.order("ORDER-1", DUE);
    shop.order("STAYS-1", DUE);
    try (Events events = Events.open()) {
      rig.sweep();

      assertThat(events.of(Event.ORDER_CLOSED))
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .containsEntry("out_trade_no", "ORDER-1")
                      .containsEntry("sub_mchid", Shop.SUB_MCHID)
                      .containsEntry("attempt", "1")
                      .containsEntry("age_seconds", "1200")
                      .containsKeys("code", "request_id"));
      assertThat(events.of(Event.ORDER_RETRY))
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .containsEntry("reason", "NOT_CLOSED_YET")
                      .containsKey("next_attempt_at"));
      assertThat(events.of(Event.SWEEP_FINISHED))
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .containsEntry("claimed", "2")
                      .containsEntry("closed", "1")
                      .containsEntry("retried", "1")
                      .containsEntry("calls", "4"));
    }
  }

  private List<Map<String, Object>> history(String outTradeNo) {
    return shop.jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT * FROM order_closer.close_attempt WHERE out_trade_no = :no"
                            + " ORDER BY started_at, operation")
                    .bind("no", outTradeNo)
                    .mapToMap()
                    .list());
  }
}
