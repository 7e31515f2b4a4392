package io.staleorders.demo;

import io.staleorders.sandbox.OrderRecord;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SeenRequest;
import io.staleorders.testkit.Database;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The shop: its database, with the orders of {@code db/demo}. */
final class DemoShop implements AutoCloseable {
  private static final Path EXAMPLE = Path.of("db", "demo");

  private static final String ORDERS =
      """
      SELECT o.out_trade_no, o.note, o.status, o.created_at,
             coalesce(c.state, '%s') AS state,
             CASE WHEN p.scope IS NOT NULL THEN '%s' ELSE coalesce(c.reason, '') END AS reason
      FROM orders o
      LEFT JOIN order_closer.order_close c ON c.out_trade_no = o.out_trade_no
      LEFT JOIN order_closer.pause p ON p.scope = o.sub_mchid
      ORDER BY o.id
      """
          .formatted(Became.UNTOUCHED, Became.PAUSED);

  private static final String SECOND_LOOKS =
      """
      UPDATE order_closer.order_close
      SET next_attempt_at = now()
      WHERE out_trade_no LIKE 'LATE-%'
        AND state = 'NOT_FOUND'
        AND next_attempt_at > now() + interval '1 minute'
      """;

  private final Connection connection;

  private DemoShop(Connection connection) {
    this.connection = connection;
  }

  /** Makes the example's table and its orders. */
  static DemoShop open(Database database) {
    try {
      DemoShop shop = new DemoShop(database.dataSource().getConnection());
      shop.execute(Files.readString(EXAMPLE.resolve("01_orders_table.sql")));
      shop.execute(Files.readString(EXAMPLE.resolve("02_orders.sql")));
      return shop;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
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
  synchronized void setStatus(String outTradeNo, String status) {
    try (PreparedStatement update =
        connection.prepareStatement("UPDATE orders SET status = ? WHERE out_trade_no = ?")) {
      update.setString(1, status);
      update.setString(2, outTradeNo);
      update.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * An order not found is asked about once more, after CLOSE_DELAY; the one that is placed late is
   * so at once, since nobody watches that long.
   *
   * @return whether that had to be done
   */
  boolean bringSecondLookForward() {
    return execute(SECOND_LOOKS) > 0;
  }

  /** Every order, and what has become of it by now. */
  synchronized List<Became> orders(Sandbox sandbox) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(ORDERS)) {
      List<Became> orders = new ArrayList<>();
      while (row.next()) {
        orders.add(became(row, sandbox));
      }
      return orders;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Became became(ResultSet row, Sandbox sandbox) throws SQLException {
    String outTradeNo = row.getString("out_trade_no");
    Instant createdAt = row.getObject("created_at", OffsetDateTime.class).toInstant();
    Optional<Duration> firstCallAt =
        sandbox.requests(outTradeNo).stream()
            .map(SeenRequest::at)
            .min(Instant::compareTo)
            .map(at -> Duration.between(createdAt, at));
    return new Became(
        outTradeNo,
        Became.kindOf(outTradeNo),
        row.getString("note"),
        row.getString("state"),
        row.getString("reason"),
        row.getString("status"),
        sandbox
            .orders()
            .find(outTradeNo)
            .map(OrderRecord::state)
            .map(Enum::name)
            .orElse(Became.NEVER_ASKED),
        firstCallAt);
  }

  private synchronized int execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return statement.getUpdateCount();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private synchronized String text(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
