package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.Shop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code once} against a real database and the sandbox on a real port. */
class OnceCommandTest {
  private static final Duration DUE = Duration.ofHours(1);

  @TempDir private Path folder = Path.of("");

  private final Installation site = Installation.open();
  private final Shop shop = site.shop();

  @AfterEach
  void close() {
    site.close();
  }

  private Ran once() {
    return Commands.run(site.settings(), "once");
  }

  private Ran onTerminal(String... args) {
    return Commands.runOnTerminal(site.settings(), args);
  }

  @Test
  void closesWhatIsDueAndNothingElse() {
    shop.orders("ORDER-", 20, DUE, Shop.SUB_MCHID);
    shop.order("YOUNG-1", Duration.ofMinutes(14));

    assertThat(once().exitCode()).isZero();

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(20);
    assertThat(shop.status("YOUNG-1")).isEqualTo("NOTPAY");
    assertThat(site.sandbox().requests("YOUNG-1")).isEmpty();
  }

  @Test
  void lastLineOfTheLogIsTheSummary() {
    shop.orders("ORDER-", 3, DUE, Shop.SUB_MCHID);
    shop.order("PAID-1", DUE);
    shop.order("PAYING-1", DUE);

    Ran ran = once();

    assertThat(ran.log()).hasSameSizeAs(ran.lines());
    JsonNode line = ran.log().getLast();
    assertThat(line.path("message").asText()).isEqualTo("once: finished");
    assertThat(line.path("closed").asInt()).isEqualTo(3);
    assertThat(line.path("paid").asInt()).isEqualTo(1);
    assertThat(line.path("retried").asInt()).isEqualTo(1);
    assertThat(line.path("abandoned").asInt()).isZero();
    assertThat(line.path("calls").asInt()).isEqualTo(site.sandbox().requests().size());
    assertThat(line.path("duration_ms").asInt()).isPositive();
    assertThat(ran.log("order_closed")).hasSize(3);
  }

  @Test
  void onATerminalThereIsABarASummaryAndOfTheLogWhatIsWorthALook() {
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    shop.order("PAID-1", DUE);

    Ran ran = onTerminal("once");

    assertThat(ran.exitCode()).isZero();
    assertThat(ran.out())
        .containsPattern("\\rclosing .*100% .*31/31 orders")
        .containsPattern("closed +30\n")
        .containsPattern("paid +1\n")
        .containsPattern("took +[0-9]")
        .containsPattern("WARN +order_paid +PAID-1 ")
        .doesNotContain("order_closed");
  }

  @Test
  void textOfAPipeHasNoBar() {
    shop.order("ORDER-1", DUE);
    site.set("LOG_FORMAT", "text");

    Ran ran = once();

    assertThat(ran.out())
        .doesNotContain("\r")
        .containsPattern("INFO +order_closed +ORDER-1 closed")
        .containsPattern("closed +1\n");
  }

  @Test
  void deadSubMerchantIsHeldBackAndTheOthersAreClosed() {
    shop.order("DEAD-01", DUE, "1900000125", "NOTPAY");
    shop.order("ORDER-1", DUE);
    site.sandbox().faults().subMerchant("1900000125", Optional.of(Misbehaviour.NO_AUTH));

    Ran ran = once();

    assertThat(ran.exitCode()).isZero();
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
    assertThat(ran.log().getLast().path("due_but_paused").asInt()).isEqualTo(1);
  }

  @Test
  void accountThatIsRefusedIsAFailure() {
    shop.orders("ORDER-", 5, DUE, Shop.SUB_MCHID);
    site.set("WECHATPAY_PRIVATE_KEY", SandboxKeys.in(folder).merchantPrivateKeyPem());

    Ran ran = once();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.log("paused"))
        .singleElement()
        .satisfies(line -> assertThat(line.path("scope").asText()).isEqualTo("account"));
    assertThat(shop.count("orders WHERE status = 'NOTPAY'")).isEqualTo(5);
    assertThat(shop.count("order_closer.order_close WHERE attempts > 0")).isZero();
  }

  @Test
  void databaseAwayIsOneLineWithoutAStackTrace() {
    site.set("DATABASE_URL", "jdbc:postgresql://localhost:1/shop");

    Ran ran = once();

    assertThat(ran.exitCode()).isEqualTo(1);
    assertThat(ran.lines()).singleElement().asString().contains("the database does not answer");
    assertThat(site.sandbox().requests()).isEmpty();
  }

  @Test
  void wrongSettingsTouchNothing() {
    shop.order("ORDER-1", DUE);
    site.set("CLOSE_RATE", "0").set("RETRY_FOR", "soon");

    Ran ran = once();

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.log("settings_invalid"))
        .singleElement()
        .satisfies(line -> assertThat(line.path("problems")).hasSize(2));
    assertThat(shop.states()).isEmpty();
    assertThat(site.sandbox().requests()).isEmpty();
  }

  @Test
  void wrongColumnTouchesNothing() {
    shop.order("ORDER-1", DUE);
    shop.execute("DROP SCHEMA order_closer CASCADE");
    site.set("ORDERS_CREATED_AT_COLUMN", "made_at");

    Ran ran = once();

    assertThat(ran.exitCode()).isEqualTo(2);
    assertThat(ran.log("settings_invalid"))
        .singleElement()
        .satisfies(
            line ->
                assertThat(line.path("problems").path(0).asText())
                    .contains("ORDERS_CREATED_AT_COLUMN"));
    assertThat(shop.text("SELECT to_regnamespace('order_closer') IS NULL")).isEqualTo("t");
    assertThat(site.sandbox().requests()).isEmpty();
  }

  @Test
  void makesItsSchemaItselfUnlessToldNotTo() {
    shop.execute("DROP SCHEMA order_closer CASCADE");
    shop.order("ORDER-1", DUE);

    site.set("MIGRATE_ON_START", "false");
    Ran not = once();
    site.set("MIGRATE_ON_START", "true");
    Ran migrating = once();

    assertThat(not.exitCode()).isEqualTo(2);
    assertThat(not.out()).contains("run the command migrate");
    assertThat(migrating.exitCode()).isZero();
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }
}
