package io.staleorders.testkit;

import io.staleorders.store.Databases;
import io.staleorders.store.Migrations;
import io.staleorders.store.OrdersMapping;
import io.staleorders.store.ShopTable;
import io.staleorders.store.ShopTableReader;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;

/**
 * A shop's database with an orders table of the default names, our schema beside it, and a clock
 * that stands until it is moved.
 */
public final class Shop {
  /** What the service reads as the database's present in tests. */
  public static final String NOW = "(SELECT now FROM testkit.clock)";

  public static final String SUB_MCHID = "1900000109";

  private static final String ORDERS =
      """
      CREATE TABLE orders (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          out_trade_no varchar(64) NOT NULL,
          sub_mchid varchar(32),
          status varchar(16) NOT NULL DEFAULT 'NOTPAY',
          created_at timestamptz NOT NULL,
          amount integer NOT NULL DEFAULT 100
      );
      CREATE INDEX ON orders (out_trade_no);
      CREATE INDEX ON orders (status, created_at);
      CREATE SCHEMA testkit;
      CREATE TABLE testkit.clock (now timestamptz NOT NULL);
      INSERT INTO testkit.clock VALUES ('2026-03-01T12:00:00Z');
      """;

  private final Database database;
  private final Jdbi jdbi;

  private Shop(Database database) {
    this.database = database;
    this.jdbi = Databases.jdbi(database.dataSource());
  }

  /** A fresh shop without orders. */
  public static Shop open() {
    return new Shop(Postgres.freshDatabase("shop", Shop::in));
  }

  /** A shop without orders, made in an empty database. */
  public static Shop in(Database empty) {
    new Migrations(empty.dataSource()).migrate();
    Shop shop = new Shop(empty);
    shop.execute(ORDERS);
    return shop;
  }

  /** A shop that is in this database already. */
  public static Shop existing(Database database) {
    return new Shop(database);
  }

  public Database database() {
    return database;
  }

  public Jdbi jdbi() {
    return jdbi;
  }

  /** The mapping of the default settings. */
  public static OrdersMapping mapping() {
    return TableSettings.defaults().mapping();
  }

  /** The default table, whose present is the settable clock. */
  public ShopTable table() {
    return table(mapping());
  }

  /** A table of another mapping, whose present is the settable clock. */
  public ShopTable table(OrdersMapping mapping) {
    return switch (ShopTableReader.readCatalogue(jdbi, mapping)) {
      case ShopTableReader.Outcome.Usable usable -> usable.table().withNow(NOW);
      case ShopTableReader.Outcome.Unusable unusable ->
          throw new IllegalStateException(String.join("; ", unusable.problems()));
    };
  }

  /** The present, by the database's settable clock. */
  public Instant now() {
    return jdbi.withHandle(
        handle -> handle.createQuery("SELECT now FROM testkit.clock").mapTo(Instant.class).one());
  }

  /** Moves the database's clock on. */
  public void advance(Duration by) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                "UPDATE testkit.clock SET now = now + ? * interval '1 millisecond'",
                by.toMillis()));
  }

  /** How long it is until the order may be claimed; negative if that moment is past. */
  public Duration untilNextAttempt(String outTradeNo) {
    return Duration.between(now(), Instant.parse(row(outTradeNo).get("next_attempt_at")));
  }

  /** An unpaid order, made so long ago. */
  public void order(String outTradeNo, Duration age) {
    order(outTradeNo, age, SUB_MCHID, "NOTPAY");
  }

  /** An order, made so long ago. */
  public void order(String outTradeNo, Duration age, String subMchid, String status) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                "INSERT INTO orders (out_trade_no, sub_mchid, status, created_at)"
                    + " SELECT ?, ?, ?, now - ? * interval '1 millisecond' FROM testkit.clock",
                outTradeNo,
                subMchid,
                status,
                age.toMillis()));
  }

  /** Many unpaid orders of one sub-merchant, numbered from 0 after {@code prefix}. */
  public void orders(String prefix, int count, Duration age, String subMchid) {
    execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT ? || i, ?, now - ? * interval '1 millisecond'"
            + " FROM testkit.clock, generate_series(0, ? - 1) AS i",
        prefix,
        subMchid,
        age.toMillis(),
        count);
  }

  /** Executes one statement. */
  public void execute(String sql, Object... args) {
    jdbi.useHandle(handle -> handle.execute(sql, args));
  }

  /** The one value that a query gives, as a text. */
  public String text(String sql) {
    return jdbi.withHandle(handle -> handle.createQuery(sql).mapTo(String.class).one());
  }

  /** How many rows a relation, or what follows {@code FROM}, has. */
  public int count(String from) {
    return Integer.parseInt(text("SELECT count(*) FROM " + from));
  }

  /** As the shop does it when a payment arrives. */
  public void setStatus(String outTradeNo, String status) {
    jdbi.useHandle(
        handle ->
            handle.execute(
                "UPDATE orders SET status = ? WHERE out_trade_no = ?", status, outTradeNo));
  }

  public String status(String outTradeNo) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT status FROM orders WHERE out_trade_no = :no")
                .bind("no", outTradeNo)
                .mapTo(String.class)
                .one());
  }

  /** Each order's state with the service; an order that is not entered is not in it. */
  public Map<String, String> states() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("SELECT out_trade_no, state FROM order_closer.order_close")
                .reduceRows(
                    new TreeMap<>(),
                    (all, row) -> {
                      all.put(
                          row.getColumn("out_trade_no", String.class),
                          row.getColumn("state", String.class));
                      return all;
                    }));
  }

  /** One order's row of the service, by column; NULLs as empty texts. */
  public Map<String, String> row(String outTradeNo) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "SELECT key, coalesce(value, '') AS value FROM order_closer.order_close c,"
                        + " jsonb_each_text(to_jsonb(c)) WHERE c.out_trade_no = :no")
                .bind("no", outTradeNo)
                .reduceRows(
                    new TreeMap<>(),
                    (all, row) -> {
                      all.put(
                          row.getColumn("key", String.class), row.getColumn("value", String.class));
                      return all;
                    }));
  }
}
