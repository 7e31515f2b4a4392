package io.staleorders.demo;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.sandbox.OrderRecord;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SeenRequest;
import io.staleorders.store.Databases;
import io.staleorders.testkit.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.result.RowView;

/** The shop: its database, with the orders of {@code db/demo}. */
final class DemoShop implements AutoCloseable {
  private static final Path EXAMPLE = Path.of("db", "demo");

  private static final String ORDERS =
      """
      SELECT o.out_trade_no, o.note, o.status, o.created_at,
             coalesce(c.state, :untouched) AS state,
             CASE WHEN p.scope IS NOT NULL THEN :paused ELSE coalesce(c.reason, '') END AS reason
      FROM orders o
      LEFT JOIN order_closer.order_close c ON c.out_trade_no = o.out_trade_no
      LEFT JOIN order_closer.pause p ON p.scope = o.sub_mchid
      ORDER BY o.id
      """;

  private static final String SECOND_LOOKS =
      """
      UPDATE order_closer.order_close
      SET next_attempt_at = now()
      WHERE out_trade_no LIKE 'LATE-%'
        AND state = 'NOT_FOUND'
        AND next_attempt_at > now() + interval '1 minute'
      """;

  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private DemoShop(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Databases.jdbi(pool);
  }

  /** Makes the example's table and its orders. */
  static DemoShop open(Database database) {
    DemoShop shop =
        new DemoShop(
            Databases.pool(
                database.jdbcUrl(),
                Optional.of(database.user()),
                Optional.of(database.password()),
                2,
                "shop"));
    try (Connection connection = shop.pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(Files.readString(EXAMPLE.resolve("01_orders_table.sql")));
      statement.execute(Files.readString(EXAMPLE.resolve("02_orders.sql")));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return shop;
  }

  @Override
  public void close() {
    pool.close();
  }

  /** How many orders there are. */
  int size() {
    return Integer.parseInt(text("SELECT count(*) FROM orders"));
  }

  /** Whether the service has made its tables. */
  boolean isKnownToService() {
    return text("SELECT to_regclass('order_closer.pause') IS NOT NULL").equals("t");
  }

  /** As the shop does it when something happens to an order. */
  void setStatus(String outTradeNo, String status) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                "UPDATE orders SET status = ? WHERE out_trade_no = ?", status, outTradeNo));
  }

  /**
   * An order not found is asked about once more, after CLOSE_DELAY; the one that is placed late is
   * so at once, since nobody watches that long.
   *
   * @return whether that had to be done
   */
  boolean bringSecondLookForward() {
    return jdbi.withHandle(handle -> handle.execute(SECOND_LOOKS)) > 0;
  }

  /** Every order, and what has become of it by now. */
  List<Became> orders(Sandbox sandbox) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(ORDERS)
                .bind("untouched", Became.UNTOUCHED)
                .bind("paused", Became.PAUSED)
                .reduceRows(
                    new ArrayList<Became>(),
                    (all, row) -> {
                      all.add(became(row, sandbox));
                      return all;
                    }));
  }

  private static Became became(RowView row, Sandbox sandbox) {
    String outTradeNo = row.getColumn("out_trade_no", String.class);
    Instant createdAt = row.getColumn("created_at", OffsetDateTime.class).toInstant();
    Optional<Duration> firstCallAt =
        sandbox.requests(outTradeNo).stream()
            .map(SeenRequest::at)
            .min(Instant::compareTo)
            .map(at -> Duration.between(createdAt, at));
    return new Became(
        outTradeNo,
        Became.kindOf(outTradeNo),
        row.getColumn("note", String.class),
        row.getColumn("state", String.class),
        row.getColumn("reason", String.class),
        row.getColumn("status", String.class),
        sandbox
            .orders()
            .find(outTradeNo)
            .map(OrderRecord::state)
            .map(Enum::name)
            .orElse(Became.NEVER_ASKED),
        firstCallAt);
  }

  private String text(String sql) {
    return jdbi.withHandle(handle -> handle.createQuery(sql).mapTo(String.class).one());
  }
}
