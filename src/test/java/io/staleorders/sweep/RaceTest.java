package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import io.staleorders.testkit.Tap;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Promise 2: the shop's payment callback comes at every point of a sweep, between any two of its
 * statements and during each call, on every kind of table.
 */
class RaceTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  /** How long the sweep is held up where the callback has to wait for it. */
  private static final Duration PATIENCE = Duration.ofMillis(100);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();
  private final Callback callback = new Callback();

  /** Where a shop may keep its orders. */
  enum Kind {
    TABLE("orders", "orders", ""),

    /** Its trigger writes whatever it is told: nothing but a lock keeps a payment. */
    JOINED_VIEW(
        "shop_orders",
        "payments",
        """
        CREATE TABLE baskets (
            out_trade_no varchar(64) PRIMARY KEY, sub_mchid varchar(32), created_at timestamptz);
        CREATE TABLE payments (out_trade_no varchar(64) PRIMARY KEY, status varchar(16));
        CREATE VIEW shop_orders AS
            SELECT b.*, p.status FROM baskets b JOIN payments p USING (out_trade_no);
        CREATE FUNCTION write_order() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO baskets VALUES (NEW.out_trade_no, NEW.sub_mchid, NEW.created_at);
                INSERT INTO payments VALUES (NEW.out_trade_no, NEW.status);
            ELSE
                UPDATE payments SET status = NEW.status WHERE out_trade_no = OLD.out_trade_no;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER write_order INSTEAD OF INSERT OR UPDATE ON shop_orders
            FOR EACH ROW EXECUTE FUNCTION write_order();
        """),

    /** Views over views, planned one inside the other: the lock reaches the innermost table. */
    NESTED_VIEW(
        "shop_orders",
        "payments",
        """
        CREATE TABLE payments (
            out_trade_no varchar(64) PRIMARY KEY, sub_mchid varchar(32), status varchar(16),
            created_at timestamptz);
        CREATE VIEW inner_orders WITH (security_barrier) AS
            SELECT * FROM payments WHERE sub_mchid ~ '^[0-9]+$';
        CREATE VIEW shop_orders WITH (security_barrier) AS
            SELECT o.*, 1 AS one FROM inner_orders o JOIN generate_series(1, 1) AS g ON true;
        CREATE FUNCTION write_order() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'INSERT' THEN
                INSERT INTO payments
                VALUES (NEW.out_trade_no, NEW.sub_mchid, NEW.status, NEW.created_at);
            ELSE
                UPDATE payments SET status = NEW.status WHERE out_trade_no = OLD.out_trade_no;
            END IF;
            RETURN NEW;
        END $$;
        CREATE TRIGGER write_order INSTEAD OF INSERT OR UPDATE ON shop_orders
            FOR EACH ROW EXECUTE FUNCTION write_order();
        """),

    /** A payment moves the row to another partition. */
    PARTITIONED_BY_STATUS(
        "parted",
        "parted",
        """
        CREATE TABLE parted (
            out_trade_no varchar(64), sub_mchid varchar(32), status varchar(16),
            created_at timestamptz) PARTITION BY LIST (status);
        CREATE TABLE parted_unpaid PARTITION OF parted FOR VALUES IN ('NOTPAY');
        CREATE TABLE parted_others PARTITION OF parted DEFAULT;
        """);

    private final String orders;
    private final String payments;
    private final String ddl;

    Kind(String orders, String payments, String ddl) {
      this.orders = orders;
      this.payments = payments;
      this.ddl = ddl;
    }
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @ParameterizedTest
  @EnumSource
  void paymentIsNeverOverwrittenWhenItComesBetweenAnyTwoStatements(Kind kind) {
    begin(kind);
    Sweep copy = rig.copy("copy-1", Tap.on(rig.pool(), callback));
    order(kind, "FIRST-1");
    copy.run();
    Set<String> statements = ConcurrentHashMap.newKeySet();
    callback.before = statements::add;
    order(kind, "ORDER-1");
    copy.run();
    assertThat(statements).hasSizeGreaterThan(12);

    int raced = 0;
    for (String statement : statements) {
      Payment payment = new Payment(kind, "RACE-" + raced++);
      order(kind, payment.outTradeNo);
      callback.before = sql -> payment.comeIf(sql.equals(statement));

      copy.run();

      assertThat(payment.hasCome()).as(statement).isTrue();
      assertShopsWriteStands(kind, payment, statement);
    }
    copy.close();
  }

  @ParameterizedTest
  @EnumSource
  void paymentIsNeverOverwrittenWhenItComesDuringACall(Kind kind) {
    begin(kind);
    List<Payment> payments = List.of(new Payment(kind, "CLOSING-1"), new Payment(kind, "ASKING-1"));
    payments.forEach(payment -> order(kind, payment.outTradeNo));
    rig.sandbox()
        .script(
            facts -> {
              String no = facts.outTradeNo().orElseThrow();
              payments.get(0).comeWholeIf(facts.nth() == 1 && no.equals("CLOSING-1"));
              payments.get(1).comeWholeIf(facts.nth() == 2 && no.equals("ASKING-1"));
              return Optional.empty();
            });

    rig.sweep();

    payments.forEach(payment -> assertShopsWriteStands(kind, payment, "a call"));
    assertThat(shop.states()).hasSize(2).values().containsOnly("SUPERSEDED");
  }

  /** Through the joined view, a guarded UPDATE that waits for the payment overwrites it. */
  @ParameterizedTest
  @EnumSource
  void paymentUnderWayIsWaitedForAndNeverOverwritten(Kind kind) {
    begin(kind);
    List<String> numbers = List.of("SETTLED-1", "UNDONE-1");
    numbers.forEach(no -> order(kind, no));
    rig.sandbox()
        .script(
            facts -> {
              if (facts.nth() == 2) {
                String no = facts.outTradeNo().orElseThrow();
                payInAWhile(kind, no, no.equals("SETTLED-1"));
              }
              return Optional.empty();
            });

    rig.sweep();

    assertThat(status(kind, "SETTLED-1")).isEqualTo("SUCCESS");
    assertThat(shop.row("SETTLED-1")).containsEntry("state", "SUPERSEDED");
    assertThat(status(kind, "UNDONE-1")).isEqualTo("CLOSED");
    assertThat(shop.row("UNDONE-1")).containsEntry("state", "CLOSED");
  }

  /** The row is written when this returns, and committed or rolled back half a second later. */
  private void payInAWhile(Kind kind, String outTradeNo, boolean commits) {
    Handle handle = shop.jdbi().open();
    handle.begin();
    handle.execute(
        "UPDATE %s SET status = 'SUCCESS' WHERE out_trade_no = ?".formatted(kind.payments),
        outTradeNo);
    CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS)
        .execute(
            () -> {
              try (handle) {
                if (commits) {
                  handle.commit();
                } else {
                  handle.rollback();
                }
              }
            });
  }

  private String status(Kind kind, String outTradeNo) {
    return shop.text(
        "SELECT status FROM %s WHERE out_trade_no = '%s'".formatted(kind.orders, outTradeNo));
  }

  private void assertShopsWriteStands(Kind kind, Payment payment, String point) {
    String status = status(kind, payment.outTradeNo);
    String state = shop.states().getOrDefault(payment.outTradeNo, "SUPERSEDED");
    if (payment.rowsWritten() == 1) {
      assertThat(status).as(point).isEqualTo("SUCCESS");
      assertThat(state).as(point).isEqualTo("SUPERSEDED");
    } else {
      assertThat(status).as(point).isEqualTo("CLOSED");
      assertThat(state).as(point).isEqualTo("CLOSED");
    }
  }

  private void begin(Kind kind) {
    if (!kind.ddl.isEmpty()) {
      shop.execute(kind.ddl);
    }
    rig.restart(Options.defaults().table(TableSettings.defaults().table(kind.orders)));
  }

  private void order(Kind kind, String outTradeNo) {
    shop.execute(
        "INSERT INTO %s (out_trade_no, sub_mchid, status, created_at)".formatted(kind.orders)
            + " SELECT ?, ?, 'NOTPAY', now - ? * interval '1 ms' FROM testkit.clock",
        outTradeNo,
        Shop.SUB_MCHID,
        DUE.toMillis());
  }

  /** Called before every statement of the sweep, and so after the one that went before. */
  private static final class Callback implements Tap.Listener {
    private volatile Consumer<String> before = sql -> {};

    @Override
    public void before(String sql) {
      before.accept(sql);
    }

    @Override
    public void after(String sql) {}
  }

  /** The shop marks an unpaid order paid, once; where its row is locked, that takes a while. */
  private final class Payment {
    private final Kind kind;
    private final String outTradeNo;
    private final AtomicBoolean begun = new AtomicBoolean();
    private final CompletableFuture<Integer> rows = new CompletableFuture<>();

    Payment(Kind kind, String outTradeNo) {
      this.kind = kind;
      this.outTradeNo = outTradeNo;
    }

    void comeIf(boolean now) {
      comeIf(now, PATIENCE);
    }

    /** Where nothing holds the row, however busy the machine. */
    void comeWholeIf(boolean now) {
      comeIf(now, Duration.ofSeconds(8));
    }

    private void comeIf(boolean now, Duration patience) {
      if (!now || !begun.compareAndSet(false, true)) {
        return;
      }
      rows.completeAsync(this::pay, Thread::startVirtualThread);
      try {
        rows.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      } catch (TimeoutException e) {
        // It waits for the sweep, so the sweep must go on.
      } catch (InterruptedException | ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    private int pay() {
      try (Handle handle = shop.jdbi().open()) {
        return handle.execute(
            "UPDATE %s SET status = 'SUCCESS' WHERE out_trade_no = ? AND status = 'NOTPAY'"
                .formatted(kind.payments),
            outTradeNo);
      } catch (UnableToExecuteStatementException e) {
        // The row that it waited for has moved to another partition.
        assertThat(kind).isEqualTo(Kind.PARTITIONED_BY_STATUS);
        assertThat(e).hasMessageContaining("moved to another partition");
        return 0;
      }
    }

    boolean hasCome() {
      return begun.get();
    }

    int rowsWritten() {
      return rows.orTimeout(10, TimeUnit.SECONDS).join();
    }
  }
}
