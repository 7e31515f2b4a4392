package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.OrderState;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Each line of the decision table, from the answer on the wire to the rows. */
class DecisionTableTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void everyAnswerLeadsToTheStateInTheTable() {
    // What became of the order, why, and what the shop's row says then.
    Map<String, String> expected = new TreeMap<>();
    for (String closed :
        new String[] {
          "ORDER",
          "CLOSED",
          "CLOSEDOLD",
          "REVOKED",
          "CLOSESAGAIN",
          "RESETAFTER1",
          "SYSTEMERROR1",
          "GATEWAY1",
          "RESET1",
          "UNSIGNED1",
          "WRONGSIGNATURE1",
          "SIGNTEST1",
          "UNKNOWNSERIAL1",
          "NONONCE1",
          "OTHERBODY1",
          "CUTSHORT1"
        }) {
      expected.put(closed, "CLOSED  CLOSED");
    }
    for (String paid : new String[] {"PAID", "PAIDFORBIDDEN", "PAIDOLD", "PAIDNUMBER", "REFUND"}) {
      expected.put(paid, "PAID  NOTPAY");
    }
    for (String open :
        new String[] {
          "STAYS",
          "PAYERROR",
          "ACCEPT",
          "PARAMERROR",
          "INVALIDREQUEST",
          "NEEDSREVERSE",
          "MISMATCH",
          "APPIDMCHIDNOTMATCH",
          "TRADEERROR",
          "RULELIMIT",
          "UNKNOWNCODE"
        }) {
      expected.put(open, "RETRY NOT_CLOSED_YET NOTPAY");
    }
    for (String paying :
        new String[] {
          "PAYING", "PAYINGOLD", "USERPAYING", "FREQUENCYLIMITED", "FREQUENCYLIMITEDOLD"
        }) {
      expected.put(paying, "RETRY MAY_BE_PAYING NOTPAY");
    }
    for (String absent : new String[] {"ABSENT", "ABSENTOLD", "GHOST"}) {
      expected.put(absent, "RETRY ABSENT NOTPAY");
    }
    for (String unclear :
        new String[] {
          "ACCEPTED",
          "SYSTEMERROR",
          "SERVICEUNAVAILABLE",
          "GATEWAY",
          "REDIRECT",
          "ODDSTATE",
          "NOSTATE",
          "ODDMESSAGE",
          "NOTJSON",
          "EMPTYBODY",
          "HUGE"
        }) {
      expected.put(unclear, "RETRY UNCLEAR NOTPAY");
    }
    for (String unverified :
        new String[] {
          "UNSIGNED",
          "WRONGSIGNATURE",
          "SIGNTEST",
          "UNKNOWNSERIAL",
          "NONONCE",
          "OTHERBODY",
          "STALE",
          "OTHERORDER",
          "OTHERSUBMERCHANT",
          "OTHERPROVIDER",
          "UNSIGNEDABSENT",
          "UNSIGNEDCLOSED",
          "PORTAL",
          "WRONGTYPES",
          "BADUNICODE"
        }) {
      expected.put(unverified, "RETRY UNVERIFIED NOTPAY");
    }
    for (String silent : new String[] {"RESET", "EMPTY", "GARBAGE"}) {
      expected.put(silent, "RETRY NO_RESPONSE NOTPAY");
    }
    expected.keySet().forEach(prefix -> shop.order(prefix + "-1", DUE));

    rig.sweep();

    Map<String, String> found = new TreeMap<>();
    expected
        .keySet()
        .forEach(
            prefix -> {
              Map<String, String> row = shop.row(prefix + "-1");
              found.put(
                  prefix,
                  row.get("state") + " " + row.get("reason") + " " + shop.status(prefix + "-1"));
            });
    assertThat(found).containsExactlyEntriesOf(expected);
  }

  @Test
  void paymentIsKeptWithItsNumberAndTime() {
    shop.order("PAID-1", DUE);
    shop.order("REFUND-1", DUE);

    rig.sweep();

    assertThat(shop.row("PAID-1"))
        .containsEntry("trade_state", "SUCCESS")
        .containsEntry("transaction_id", transactionId("PAID-1"))
        .containsEntry("paid_at", "2026-03-01T07:00:00-05:00");
    assertThat(shop.row("REFUND-1")).containsEntry("trade_state", "REFUND");
  }

  /** As WeChat Pay knows it. */
  private String transactionId(String outTradeNo) {
    return rig.sandbox().orders().find(outTradeNo).orElseThrow().transactionId().orElseThrow();
  }

  @Test
  void wrongRequestOfAKnownMerchantIsAbandonedAndItsRowLeftAlone() {
    shop.order("KNOWN-1", DUE);
    rig.sweep();
    for (String prefix :
        new String[] {"PARAMERROR", "INVALIDREQUEST", "MISMATCH", "NEEDSREVERSE", "RULELIMIT"}) {
      shop.order(prefix + "-1", DUE);
    }

    rig.sweep();

    // The query that followed has no code: what the close was refused with says why.
    assertThat(shop.row("PARAMERROR-1"))
        .containsEntry("reason", "CLOSE_REFUSED")
        .containsEntry("code", "PARAM_ERROR")
        .hasEntrySatisfying("message", message -> assertThat(message).isNotEmpty())
        .hasEntrySatisfying("request_id", id -> assertThat(id).endsWith("-268435461"));
    assertThat(shop.row("INVALIDREQUEST-1"))
        .containsEntry("reason", "CLOSE_REFUSED")
        .containsEntry("code", "INVALID_REQUEST");
    assertThat(shop.row("MISMATCH-1"))
        .containsEntry("reason", "CLOSE_REFUSED")
        .hasEntrySatisfying("request_id", id -> assertThat(id).endsWith("-268447845"));
    assertThat(shop.row("NEEDSREVERSE-1"))
        .containsEntry("state", "ABANDONED")
        .containsEntry("reason", "NEEDS_REVERSE")
        .hasEntrySatisfying("request_id", id -> assertThat(id).endsWith("-268449641"));
    assertThat(shop.row("RULELIMIT-1"))
        .containsEntry("state", "RETRY")
        .containsEntry("code", "RULE_LIMIT");
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(1);
  }

  @Test
  void paidOrdersAreMarkedWhereAStatusIsSetForThem() {
    rig.restart(Options.defaults().table(TableSettings.defaults().paid("SUCCESS")));
    shop.order("PAID-1", DUE);
    shop.order("REFUND-1", DUE);

    rig.sweep();

    assertThat(shop.status("PAID-1")).isEqualTo("SUCCESS");
    assertThat(shop.row("PAID-1")).containsEntry("state", "PAID");
    assertThat(shop.status("REFUND-1")).isEqualTo("NOTPAY");
    assertThat(shop.row("REFUND-1")).containsEntry("state", "PAID");
  }

  @Test
  void signed204IsEnoughWithoutConfirmation() {
    rig.restart(Options.defaults().confirm(false));
    shop.order("STAYS-1", DUE);
    shop.order("UNSIGNED1-1", DUE);
    shop.order("PAID-1", DUE);

    rig.sweep();

    assertThat(shop.status("STAYS-1")).isEqualTo("CLOSED");
    assertThat(rig.sandbox().requests("STAYS-1")).hasSize(1);
    assertThat(shop.status("UNSIGNED1-1")).isEqualTo("CLOSED");
    assertThat(rig.sandbox().requests("UNSIGNED1-1")).hasSize(2);
    assertThat(shop.row("PAID-1")).containsEntry("state", "PAID");
    // That a 204 was sent says nothing about the merchant: only a query does.
    assertThat(shop.count("order_closer.known_merchant")).isEqualTo(1);
  }

  /** Promise 1, whatever WeChat Pay or the network do, over some hours of sweeps. */
  @Test
  void noOrderIsClosedHereThatWechatPayHasNotClosed() {
    Set<Misbehaviour> others =
        EnumSet.of(
            Misbehaviour.HANG,
            Misbehaviour.HANG_AFTER,
            Misbehaviour.SLOW,
            Misbehaviour.DRIP,
            Misbehaviour.HUGE,
            Misbehaviour.SIGN_ERROR,
            Misbehaviour.RATELIMIT_EXCEEDED);
    int merchants = 0;
    for (Misbehaviour each : EnumSet.complementOf(EnumSet.copyOf(others))) {
      String subMchid = "19000" + merchants++;
      shop.order(each.prefix() + "-1", DUE, subMchid, "NOTPAY");
      shop.order(each.prefix() + "3-1", DUE, subMchid, "NOTPAY");
    }

    for (int i = 0; i < 5; i++) {
      rig.sweep();
      rig.advance(Duration.ofMinutes(31));
    }

    for (String outTradeNo : shop.states().keySet()) {
      OrderState truth = rig.sandbox().state(outTradeNo);
      if (shop.status(outTradeNo).equals("CLOSED")) {
        assertThat(truth)
            .as(outTradeNo)
            .isIn(OrderState.CLOSED, OrderState.REVOKED, OrderState.ABSENT);
      }
      if (truth.isPaid()) {
        assertThat(shop.status(outTradeNo)).as(outTradeNo).isEqualTo("NOTPAY");
      }
    }
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isGreaterThan(30);
  }
}
