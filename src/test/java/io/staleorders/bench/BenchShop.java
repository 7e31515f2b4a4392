package io.staleorders.bench;

import io.staleorders.store.Databases;
import io.staleorders.store.Migrations;
import io.staleorders.testkit.Database;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;

/** A shop's database: an orders table as the settings' defaults want it, and our schema. */
final class BenchShop {
  static final String SUB_MCHID = "1900000109";

  private static final String ORDERS =
      """
      CREATE TABLE orders (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          out_trade_no varchar(64) NOT NULL,
          sub_mchid varchar(32) NOT NULL,
          status varchar(16) NOT NULL DEFAULT 'NOTPAY',
          created_at timestamptz NOT NULL DEFAULT now(),
          amount integer NOT NULL DEFAULT 100,
          note text NOT NULL DEFAULT 'two of the blue ones'
      );
      """;

  private static final String INDEXES =
      """
      CREATE UNIQUE INDEX orders_number ON orders (out_trade_no);
      CREATE INDEX orders_open ON orders (status, created_at);
      """;

  private static final String INSERT =
      """
      INSERT INTO orders (out_trade_no, sub_mchid, status, created_at)
      SELECT ? || lpad(i::text, 9, '0'), ?, ?,
             now() - (? + ? * i / ?::double precision) * interval '1 second'
      FROM generate_series(0, ? - 1) AS i
      """;

  private final Database database;
  private final Jdbi jdbi;

  private BenchShop(Database database) {
    this.database = database;
    this.jdbi = Databases.jdbi(database.dataSource());
  }

  /** An empty shop in a database that nothing is in yet. */
  static BenchShop open(Database empty) {
    new Migrations(empty.dataSource()).migrate();
    BenchShop shop = new BenchShop(empty);
    shop.execute(ORDERS);
    shop.execute(INDEXES);
    return shop;
  }

  /** The mass of a shop's orders: paid ones of the last year. */
  void mass(int count) {
    execute("DROP INDEX orders_number; DROP INDEX orders_open");
    orders("P", count, "SUCCESS", Duration.ofDays(1), Duration.ofDays(365));
    execute(INDEXES);
    execute("VACUUM ANALYZE orders");
  }

  Database database() {
    return database;
  }

  Jdbi jdbi() {
    return jdbi;
  }

  /** How the service reaches it. */
  Map<String, String> settings() {
    return Map.of(
        "DATABASE_URL", database.jdbcUrl(),
        "DATABASE_USER", database.user(),
        "DATABASE_PASSWORD", database.password());
  }

  /** Orders of one status, whose ages spread evenly between the two. */
  void orders(String prefix, int count, String status, Duration youngest, Duration oldest) {
    execute(
        INSERT,
        prefix,
        SUB_MCHID,
        status,
        youngest.toSeconds(),
        oldest.minus(youngest).toSeconds(),
        count,
        count);
  }

  void execute(String sql, Object... args) {
    jdbi.useHandle(handle -> handle.execute(sql, args));
  }

  /** The one number that a query gives. */
  double number(String sql) {
    return jdbi.withHandle(handle -> handle.createQuery(sql).mapTo(Double.class).one());
  }

  /** The numbers in the one column of a query. */
  List<Double> numbers(String sql) {
    return jdbi.withHandle(handle -> handle.createQuery(sql).mapTo(Double.class).list());
  }

  int count(String from) {
    return (int) number("SELECT count(*) FROM " + from);
  }
}
