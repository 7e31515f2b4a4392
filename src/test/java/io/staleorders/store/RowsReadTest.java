package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.staleorders.order.Decision;
import io.staleorders.order.MerchantId;
import io.staleorders.order.TradeState;
import io.staleorders.testkit.Shop;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;
import org.jdbi.v3.postgres.PostgresPlugin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * How many rows and index entries the statements of a sweep read of a backlog, by PostgreSQL's own
 * count; before it has any statistics of our tables, as on the day that a shop begins.
 */
class RowsReadTest {
  private static final int BACKLOG = 20_000;
  private static final int BATCH = 500;
  private static final MerchantId SP = new MerchantId("1230000109");

  private static final String READ =
      """
      SELECT (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname = :table)
           + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = :table)
      """;

  private final Shop shop = Shop.open();
  private Connection connection;
  private Jdbi jdbi;

  @BeforeEach
  void open() throws SQLException {
    shop.execute("ALTER TABLE order_closer.order_close SET (autovacuum_enabled = false)");
    shop.execute("ALTER TABLE order_closer.pause SET (autovacuum_enabled = false)");
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT 'ORDER-' || i, '1900000109', now - interval '16 min' - i * interval '20 ms'"
            + " FROM testkit.clock, generate_series(1, ?) AS i",
        BACKLOG);
    shop.execute("ANALYZE orders");
    connection = shop.database().dataSource().getConnection();
    jdbi = Jdbi.create(connection).installPlugin(new PostgresPlugin());
    jdbi.getConfig(SqlStatements.class).setTemplateEngine(TemplateEngine.NOP);
  }

  @AfterEach
  void close() throws SQLException {
    connection.close();
  }

  @Test
  void pageOfAScanReadsABatchOfTheShopsOrdersHoweverManyAreDue() {
    ScanStore scan = scan();
    Page first = scan.firstPageOfAll();
    long before = read("orders");

    Page second = scan.pageAfter(first.next().orElseThrow());

    assertThat(second.entered()).isEqualTo(BATCH);
    assertThat(read("orders") - before).isBetween((long) BATCH, BATCH + 20L);
  }

  @Test
  void claimReadsWhatItClaimsAndALookReadsNextToNothingHoweverManyAreEntered() {
    enterAll();
    LookStore look = new LookStore(jdbi, shop.table());
    ClaimStore claims = new ClaimStore(jdbi, shop.table(), "copy-1", Duration.ofSeconds(60));
    long before = read("order_close");

    assertThat(look.look(false, List.of()).claimDue()).isTrue();
    assertThat(read("order_close") - before).isLessThan(10);

    before = read("order_close");
    assertThat(claims.claim(20).claims()).hasSize(20);
    assertThat(read("order_close") - before).isLessThan(200);
  }

  @Test
  void batchIsLookedUpByNumberAndNotFoundByPassingAllThatWait() {
    enterAll();
    withoutStatisticsOfTheShopsTable();
    ShopStore rows = new ShopStore(jdbi, shop.table(), SP);
    RecordStore record = new RecordStore(jdbi, shop.table(), rows, SP, "copy-1");
    ClaimStore claims = new ClaimStore(jdbi, shop.table(), "copy-1", Duration.ofSeconds(60));
    List<Claim> batch = claims.claim(200).claims();
    long ours = read("order_close");
    long theirs = read("orders");

    assertThat(rows.read(batch.stream().map(Claim::outTradeNo).toList())).hasSize(200);
    assertThat(record.record(batch.stream().map(RowsReadTest::closed).toList())).hasSize(200);

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(200);
    assertThat(read("order_close") - ours).isLessThan(10 * 200);
    assertThat(read("orders") - theirs).isLessThan(10 * 200);
  }

  /** As after a restore, until the server has looked through it. Its numbers are unique. */
  private void withoutStatisticsOfTheShopsTable() {
    shop.execute("DROP INDEX orders_out_trade_no_idx");
    shop.execute("CREATE UNIQUE INDEX orders_out_trade_no_idx ON orders (out_trade_no)");
    shop.execute("DELETE FROM pg_statistic WHERE starelid = 'orders'::regclass");
  }

  private static Outcome closed(Claim claim) {
    return Outcome.of(claim, new Decision.Closed(Optional.of(TradeState.CLOSED)), List.of());
  }

  /** What an idle copy asks: of what was made since the scan before last, a lookup each. */
  @Test
  void lookForNewOrdersReadsEachOrderOnce() {
    enterAll();
    long before = read("order_close") + read("orders");

    assertThat(new LookStore(jdbi, shop.table()).look(true, List.of()).scanDue()).isFalse();

    assertThat(read("order_close") + read("orders") - before).isLessThan(2 * BACKLOG + 20);
  }

  private ScanStore scan() {
    return new ScanStore(jdbi, shop.table(), SP, true, BATCH);
  }

  private void enterAll() {
    ScanStore scan = scan();
    Optional<Page.Cursor> next = scan.firstPageOfAll().next();
    while (next.isPresent()) {
      next = scan.pageAfter(next.get()).next();
    }
    assertThat(shop.count("order_closer.order_close")).isEqualTo(BACKLOG);
  }

  private long read(String table) {
    // PostgreSQL 14 reports what was read a moment later, at a time that cannot be asked for.
    assumeTrue(Integer.parseInt(shop.text("SHOW server_version_num")) >= 150_000);
    return jdbi.withHandle(
        handle -> {
          handle.execute("SELECT pg_stat_force_next_flush()");
          handle.execute("SELECT pg_stat_clear_snapshot()");
          return handle.createQuery(READ).bind("table", table).mapTo(Long.class).one();
        });
  }
}
