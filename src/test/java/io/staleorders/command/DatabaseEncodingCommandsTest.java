package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Postgres;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands on a database whose texts cannot all be read. */
class DatabaseEncodingCommandsTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Shop shop = Shop.in(Postgres.freshDatabaseIn("SQL_ASCII"));
  private final Installation site = Installation.open(shop);

  @AfterEach
  void close() {
    site.close();
  }

  @Test
  void commandsWorkWhereSomeRowsAreNoUnicodeText() {
    shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);
    shop.order("PAID-01", DUE);
    shop.order("BAD-001", DUE);
    shop.order("BAD-002", DUE);
    shop.order("BAD-003", DUE);
    shop.execute(
        "UPDATE orders SET out_trade_no = E'\\xb6\\xa9\\xb5\\xa51234' WHERE out_trade_no = 'BAD-001'");
    shop.execute("UPDATE orders SET sub_mchid = E'\\xb6\\xa9' WHERE out_trade_no = 'BAD-002'");
    shop.execute("UPDATE orders SET status = E'\\xb6\\xa9' WHERE out_trade_no = 'BAD-003'");

    Ran check = run("check");
    assertThat(check.exitCode()).as(check.out()).isZero();
    Ran dryRun = run("once", "--dry-run");
    assertThat(dryRun.exitCode()).as(dryRun.out()).isZero();
    assertThat(dryRun.log("would_close")).hasSize(5);
    Ran once = run("once");
    assertThat(once.log("order_closed")).as(once.out()).hasSize(5);
    assertThat(once.log("database_unavailable")).isEmpty();
    Ran report = run("report");
    assertThat(report.exitCode()).as(report.out()).isZero();
    assertThat(run("report", "--json").json().path("outcomes").path("CLOSED").asInt()).isEqualTo(5);
    Ran abandoned = run("close", "--abandoned");
    assertThat(abandoned.exitCode()).as(abandoned.out()).isNotEqualTo(2);
  }

  private Ran run(String... args) {
    return Commands.run(site.settings(), args);
  }
}
