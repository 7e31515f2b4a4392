package io.staleorders.chaos;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.store.Databases;
import io.staleorders.store.Migrations;
import io.staleorders.testkit.Database;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/**
 * The shop's database. Triggers keep a ledger of every change of an order's status and of every
 * claim, by the name of the session that made it. What the shop does is tried until the database
 * takes it.
 */
final class Ledger implements AutoCloseable {
  static final String SHOP = "shop";

  private static final int SESSIONS = 6;
  private static final Duration TRY_AGAIN = Duration.ofMillis(100);

  private static final String TABLES =
      """
      CREATE TABLE orders (
          id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
          out_trade_no varchar(32) NOT NULL UNIQUE,
          sub_mchid varchar(32) NOT NULL,
          status varchar(16) NOT NULL DEFAULT 'NOTPAY',
          created_at timestamptz NOT NULL
      );
      CREATE INDEX ON orders (status, created_at);

      CREATE SCHEMA ledger;

      CREATE TABLE ledger.status_change (
          out_trade_no text NOT NULL,
          before text NOT NULL,
          after text NOT NULL,
          made_by text NOT NULL,
          at timestamptz NOT NULL
      );

      CREATE TABLE ledger.claim (
          claim_id uuid PRIMARY KEY,
          out_trade_no text NOT NULL,
          made_by text NOT NULL,
          at timestamptz NOT NULL,
          claimed_until timestamptz NOT NULL,
          ended_at timestamptz,
          ended_by text,
          taken_over boolean
      );
      CREATE INDEX ON ledger.claim (out_trade_no, at);

      CREATE FUNCTION ledger.status_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
          INSERT INTO ledger.status_change
          VALUES (NEW.out_trade_no, OLD.status, NEW.status,
                  current_setting('application_name'), clock_timestamp());
          RETURN NULL;
      END $$;

      CREATE TRIGGER status_changed AFTER UPDATE OF status ON orders
          FOR EACH ROW EXECUTE FUNCTION ledger.status_changed();

      CREATE FUNCTION ledger.claim_changed() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
          UPDATE ledger.claim
          SET ended_at = clock_timestamp(), ended_by = current_setting('application_name'),
              taken_over = NEW.claim_id IS NOT NULL
          WHERE claim_id = OLD.claim_id;
          IF NEW.claim_id IS NOT NULL THEN
              INSERT INTO ledger.claim
              VALUES (NEW.claim_id, NEW.out_trade_no,
                      current_setting('application_name'), clock_timestamp(), NEW.claimed_until);
          END IF;
          RETURN NULL;
      END $$;

      CREATE TRIGGER claim_changed AFTER UPDATE ON order_closer.order_close
          FOR EACH ROW WHEN (OLD.claim_id IS DISTINCT FROM NEW.claim_id)
          EXECUTE FUNCTION ledger.claim_changed();
      """;

  /** A server that is killed keeps what it has committed, as a shop's would. */
  private static final String DURABLE =
      """
      DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I SET synchronous_commit = on', current_database());
      END $$
      """;

  private static final String FATES =
      """
      SELECT o.out_trade_no, o.created_at, o.status,
             coalesce(c.state, '%s') AS state, coalesce(c.reason, '') AS reason,
             c.next_attempt_at IS NOT NULL AS open
      FROM orders o
      LEFT JOIN order_closer.order_close c USING (out_trade_no)
      ORDER BY o.id
      """
          .formatted(Fate.NEVER_ENTERED);

  /** No step is planned for later than the second look at an order not found. */
  private static final String PLANNED_TOO_LATE =
      """
      SELECT out_trade_no || ' ' || state || ' at ' || next_attempt_at
      FROM order_closer.order_close
      WHERE claim_id IS NULL
        AND next_attempt_at > now() + CASE state WHEN 'NOT_FOUND' THEN CAST(:delay AS interval)
                                                 ELSE interval '30 seconds' END
      """;

  private static final String BRING_FORWARD =
      """
      UPDATE order_closer.order_close
      SET next_attempt_at = now()
      WHERE claim_id IS NULL AND next_attempt_at > now() + interval '3 seconds'
      """;

  private static final String OPEN =
      """
      SELECT (SELECT count(*) FROM order_closer.order_close WHERE next_attempt_at IS NOT NULL)
             + (SELECT count(*) FROM orders o
                WHERE o.status = 'NOTPAY'
                  AND NOT EXISTS (SELECT FROM order_closer.order_close c
                                  WHERE c.out_trade_no = o.out_trade_no))
      """;

  private final HikariDataSource pool;
  private final Jdbi jdbi;

  private Ledger(HikariDataSource pool) {
    this.pool = pool;
    this.jdbi = Databases.jdbi(pool);
  }

  /** Makes the tables of the shop, of the service, and of the ledger. */
  static Ledger open(Database database) {
    // Before any session begins that it concerns.
    Databases.jdbi(database.dataSource()).useHandle(handle -> handle.execute(DURABLE));
    HikariDataSource pool =
        Databases.pool(
            database.jdbcUrl() + "?ApplicationName=" + SHOP,
            Optional.of(database.user()),
            Optional.of(database.password()),
            SESSIONS,
            SHOP);
    new Migrations(pool).migrate();
    Ledger ledger = new Ledger(pool);
    ledger.jdbi.useHandle(handle -> handle.execute(TABLES));
    return ledger;
  }

  @Override
  public void close() {
    pool.close();
  }

  /**
   * An order as the shop and the service know it.
   *
   * @param state of the service, or {@link #NEVER_ENTERED}
   * @param open whether the service will do something about it
   */
  record Fate(
      String outTradeNo,
      Instant createdAt,
      String status,
      String state,
      String reason,
      boolean open) {
    static final String NEVER_ENTERED = "NEVER ENTERED";
  }

  /**
   * A claim, as the database saw it.
   *
   * @param until when it ended: recorded, given back, taken over, or its lease was over
   */
  record Claim(String outTradeNo, String by, Instant from, Instant until) {}

  /** Enters unpaid orders that have this age now; those that are there already are left. */
  void order(List<String> outTradeNos, List<String> subMchids, List<Duration> ages) {
    insist(
        handle ->
            handle
                .createUpdate(
                    """
                    INSERT INTO orders (out_trade_no, sub_mchid, created_at)
                    SELECT no, mchid, now() - age * interval '1 millisecond'
                    FROM unnest(:nos, :mchids, :ages) AS new (no, mchid, age)
                    ON CONFLICT DO NOTHING
                    """)
                .bind("nos", outTradeNos.toArray(String[]::new))
                .bind("mchids", subMchids.toArray(String[]::new))
                .bind("ages", ages.stream().map(Duration::toMillis).toArray(Long[]::new))
                .execute());
  }

  /** As the shop does it when a payment arrives. */
  void markPaid(String outTradeNo) {
    insist(
        handle ->
            handle.execute(
                "UPDATE orders SET status = 'SUCCESS' WHERE out_trade_no = ? AND status != 'SUCCESS'",
                outTradeNo));
  }

  /** As the shop does it when the payer changes his mind, as long as it has the order as unpaid. */
  void cancel(String outTradeNo) {
    insist(
        handle ->
            handle.execute(
                "UPDATE orders SET status = 'CANCELLED' WHERE out_trade_no = ? AND status = 'NOTPAY'",
                outTradeNo));
  }

  /**
   * Lets waiting orders wait no longer.
   *
   * @return those whose next step was planned for later than it may be
   */
  List<String> bringForward() {
    return insist(
        handle -> {
          List<String> tooLate =
              handle
                  .createQuery(PLANNED_TOO_LATE)
                  .bind("delay", ServiceSettings.CLOSE_DELAY.toSeconds() + " seconds")
                  .mapTo(String.class)
                  .list();
          handle.execute(BRING_FORWARD);
          return tooLate;
        });
  }

  /** How many orders the service still has to do something about. */
  int open() {
    return insist(handle -> handle.createQuery(OPEN).mapTo(Integer.class).one());
  }

  List<Fate> fates() {
    return insist(
        handle ->
            handle
                .createQuery(FATES)
                .map(
                    (row, ctx) ->
                        new Fate(
                            row.getString("out_trade_no"),
                            row.getObject("created_at", OffsetDateTime.class).toInstant(),
                            row.getString("status"),
                            row.getString("state"),
                            row.getString("reason"),
                            row.getBoolean("open")))
                .list());
  }

  List<Claim> claims() {
    return insist(
        handle ->
            handle
                .createQuery(
                    """
                    SELECT out_trade_no, made_by, at, least(ended_at, claimed_until) AS until
                    FROM ledger.claim
                    """)
                .map(
                    (row, ctx) ->
                        new Claim(
                            row.getString("out_trade_no"),
                            row.getString("made_by"),
                            row.getObject("at", OffsetDateTime.class).toInstant(),
                            row.getObject("until", OffsetDateTime.class).toInstant()))
                .list());
  }

  /** The rows of a query, each as one text. */
  List<String> texts(String sql) {
    return insist(handle -> handle.createQuery(sql).mapTo(String.class).list());
  }

  /** The number that a query gives. */
  int number(String sql) {
    return insist(handle -> handle.createQuery(sql).mapTo(Integer.class).one());
  }

  private <T> T insist(Function<Handle, T> statement) {
    while (true) {
      try {
        return jdbi.withHandle(statement::apply);
      } catch (JdbiException e) {
        if (Thread.currentThread().isInterrupted()) {
          throw e;
        }
        LockSupport.parkNanos(TRY_AGAIN.toNanos());
      }
    }
  }
}
