package io.staleorders.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Decision;
import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.order.Exchange;
import io.staleorders.order.MerchantId;
import io.staleorders.order.PauseScope;
import io.staleorders.order.TradeState;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StoreTest {
  private static final MerchantId SP = new MerchantId("1230000109");

  private final Shop shop = Shop.open();
  private final ShopTable table = shop.table();
  private final LookStore look = new LookStore(shop.jdbi(), table);
  private final ScanStore scan = new ScanStore(shop.jdbi(), table, SP, true, 3);
  private final ClaimStore claims =
      new ClaimStore(shop.jdbi(), table, "copy-1", Duration.ofSeconds(60));
  private final ShopStore shopStore = new ShopStore(shop.jdbi(), table, SP);
  private final RecordStore record = new RecordStore(shop.jdbi(), table, shopStore, SP, "copy-1");
  private final PauseStore pauses =
      new PauseStore(shop.jdbi(), table, Duration.ofSeconds(30), Duration.ofMinutes(30));

  @Test
  void dueOrdersAreEnteredOnceOldestFirstAndPageByPage() {
    for (int i = 0; i < 7; i++) {
      shop.order("ORDER-" + i, Duration.ofMinutes(60 - i));
    }
    shop.order("YOUNG-1", Duration.ofMinutes(14));
    shop.order("PAID-01", Duration.ofMinutes(60), Shop.SUB_MCHID, "SUCCESS");
    shop.order("a b", Duration.ofMinutes(60));
    shop.order("NO-MERCHANT", Duration.ofMinutes(60), "x", "NOTPAY");

    assertThat(look.look(true, List.of()).scanDue()).isTrue();
    Page page = scan.firstPageFromMark();
    assertThat(page.malformed()).extracting(Page.MalformedOrder::outTradeNo).contains("a b");
    int pages = 1;
    while (page.next().isPresent()) {
      page = scan.pageAfter(page.next().get());
      pages++;
    }
    assertThat(pages).isEqualTo(4);
    scan.moveMark(shop.now());

    assertThat(shop.states())
        .hasSize(9)
        .containsEntry("ORDER-0", "DUE")
        .containsEntry("a b", "ABANDONED")
        .containsEntry("NO-MERCHANT", "ABANDONED")
        .doesNotContainKeys("YOUNG-1", "PAID-01");
    Look after = look.look(true, List.of());
    assertThat(after.scanDue()).isFalse();
    assertThat(after.claimDue()).isTrue();
    assertThat(after.nextDueAt()).contains(shop.now().plus(Duration.ofMinutes(1)));
  }

  @Test
  void twoCopiesClaimDifferentOrdersAndALeaseThatEndsIsClaimedAgain() {
    enter("ORDER-1", "ORDER-2", "ORDER-3");
    ClaimStore other = new ClaimStore(shop.jdbi(), table, "copy-2", Duration.ofSeconds(60));

    List<Claim> first = claims.claim(2).claims();
    List<Claim> second = other.claim(2).claims();

    assertThat(first).extracting(Claim::outTradeNo).containsExactly("ORDER-1", "ORDER-2");
    assertThat(second).extracting(Claim::outTradeNo).containsExactly("ORDER-3");
    shop.advance(Duration.ofSeconds(59));
    assertThat(other.claim(9).claims()).isEmpty();
    shop.advance(Duration.ofSeconds(1));
    assertThat(other.claim(9).claims()).hasSize(3);
  }

  @Test
  @Timeout(60)
  void copyThatClaimsWaitsForNoneThatIsClaiming() throws SQLException {
    enter("ORDER-1", "ORDER-2", "ORDER-3");
    try (Connection another = shop.database().dataSource().getConnection();
        Statement statement = another.createStatement()) {
      another.setAutoCommit(false);
      // As another copy's claim holds it, before that is committed.
      statement.execute(
          "SELECT FROM order_closer.order_close WHERE out_trade_no = 'ORDER-1' FOR UPDATE");

      assertThat(claims.claim(9).claims())
          .extracting(Claim::outTradeNo)
          .containsExactly("ORDER-2", "ORDER-3");
    }
  }

  @Test
  void closedOrderIsMarkedClosedWithItsHistory() {
    enter("ORDER-1");
    Claim claim = claims.claim(1).claims().getFirst();

    List<Recorded> recorded =
        record.record(List.of(outcome(claim, new Decision.Closed(Optional.of(TradeState.CLOSED)))));

    assertThat(recorded).singleElement().isInstanceOf(Recorded.Done.class);
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
    assertThat(shop.row("ORDER-1"))
        .containsEntry("state", "CLOSED")
        .containsEntry("attempts", "1")
        .containsEntry("trade_state", "CLOSED")
        .containsEntry("claim_id", "");
    assertThat(count("order_closer.close_attempt")).isEqualTo(1);
    assertThat(count("order_closer.known_merchant")).isEqualTo(1);
    assertThat(shopStore.read(List.of("ORDER-1")).values())
        .singleElement()
        .matches(ShopOrder::merchantKnown);
  }

  /** Both may wait in one batch, when a lease ended while the shop held its row. */
  @Test
  void outcomeOfALostClaimChangesNothingEvenBesideOneOfTheClaimThatTookOver() {
    enter("ORDER-1");
    Claim lost = claims.claim(1).claims().getFirst();
    shop.advance(Duration.ofSeconds(61));
    Claim present = claims.claim(1).claims().getFirst();

    List<Recorded> recorded =
        record.record(
            List.of(
                outcome(lost, new Decision.Closed(Optional.of(TradeState.CLOSED))),
                outcome(present, new Decision.Uncalled())));

    assertThat(recorded)
        .filteredOn(Recorded.ClaimLost.class::isInstance)
        .extracting(one -> one.outcome().claim().claimId())
        .containsExactly(lost.claimId());
    assertThat(shop.status("ORDER-1")).isEqualTo("NOTPAY");
    assertThat(shop.row("ORDER-1")).containsEntry("state", "DUE");
  }

  @Test
  void orderPlacedAnewIsNotClosedByAnOldAbsence() {
    enter("ORDER-1");
    Claim claim = claims.claim(1).claims().getFirst();
    shop.execute("UPDATE orders SET created_at = (SELECT now FROM testkit.clock)");

    record.record(List.of(outcome(claim, new Decision.NotFound(true, true))));

    assertThat(shop.status("ORDER-1")).isEqualTo("NOTPAY");
    assertThat(shop.row("ORDER-1"))
        .containsEntry("state", "RETRY")
        .containsEntry("reason", "ABSENT")
        .containsEntry("absences", "0");
  }

  /** Through a joined view a trigger writes over what a transaction still open has paid. */
  @Test
  void secondRowOfANumberThatTheShopHoldsIsNotWritten() {
    shop.execute(
        """
        CREATE TABLE baskets (
            id int PRIMARY KEY, out_trade_no varchar(64), sub_mchid varchar(32), created_at timestamptz);
        CREATE TABLE payments (id int PRIMARY KEY, status varchar(16));
        CREATE VIEW shop_orders AS SELECT b.*, p.status FROM baskets b JOIN payments p USING (id);
        CREATE FUNCTION write_order() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE payments SET status = NEW.status WHERE id = OLD.id;
            RETURN NEW;
        END $$;
        CREATE TRIGGER write_order INSTEAD OF UPDATE ON shop_orders
            FOR EACH ROW EXECUTE FUNCTION write_order();
        INSERT INTO baskets
            SELECT 1, 'TWICE-1', '1900000109', now - interval '20 minutes' FROM testkit.clock;
        INSERT INTO payments VALUES (1, 'NOTPAY');
        """);
    ShopTable view = shop.table(TableSettings.defaults().table("shop_orders").mapping());
    new ScanStore(shop.jdbi(), view, SP, true, 3).firstPageOfAll();
    Claim claim = claims.claim(1).claims().getFirst();
    shop.execute("INSERT INTO baskets SELECT 2, 'TWICE-1', '1900000109', now FROM testkit.clock");
    shop.execute("INSERT INTO payments VALUES (2, 'NOTPAY')");
    RecordStore ofView =
        new RecordStore(shop.jdbi(), view, new ShopStore(shop.jdbi(), view, SP), SP, "copy-1");
    Outcome closed = outcome(claim, new Decision.Closed(Optional.of(TradeState.CLOSED)));

    try (Handle payer = shop.jdbi().open()) {
      payer.begin();
      payer.execute("UPDATE payments SET status = 'SUCCESS' WHERE id = 2");
      assertThat(ofView.record(List.of(closed)))
          .singleElement()
          .isInstanceOf(Recorded.RowHeld.class);
      payer.commit();
    }
    assertThat(ofView.record(List.of(closed))).singleElement().isInstanceOf(Recorded.Done.class);

    assertThat(shop.text("SELECT string_agg(id || status, ' ' ORDER BY id) FROM payments"))
        .isEqualTo("1CLOSED 2SUCCESS");
  }

  @Test
  void markLeftAheadByAClockThatWasSetBackIsTakenBack() {
    scan.moveMark(shop.now().plus(Duration.ofHours(5)));
    Instant ahead = scan.moveMark(shop.now());

    assertThat(ahead).isEqualTo(shop.now().minus(Duration.ofMinutes(15)));
  }

  @Test
  void paidMeanwhileIsNeverMarkedClosed() {
    enter("ORDER-1");
    Claim claim = claims.claim(1).claims().getFirst();
    shop.setStatus("ORDER-1", "SUCCESS");

    record.record(List.of(outcome(claim, new Decision.Closed(Optional.of(TradeState.CLOSED)))));

    assertThat(shop.status("ORDER-1")).isEqualTo("SUCCESS");
    assertThat(shop.row("ORDER-1")).containsEntry("state", "SUPERSEDED");
  }

  @Test
  void rowThatTheShopHoldsIsNeitherWaitedForNorChanged() throws Exception {
    enter("ORDER-1", "ORDER-2");
    List<Claim> both = claims.claim(2).claims();
    try (Connection shopper = shop.database().dataSource().getConnection();
        Statement statement = shopper.createStatement()) {
      shopper.setAutoCommit(false);
      statement.execute("SELECT 1 FROM orders WHERE out_trade_no = 'ORDER-1' FOR UPDATE");

      List<Recorded> recorded =
          record.record(
              both.stream()
                  .map(c -> outcome(c, new Decision.Closed(Optional.of(TradeState.CLOSED))))
                  .toList());

      assertThat(recorded).hasAtLeastOneElementOfType(Recorded.RowHeld.class);
      assertThat(shop.row("ORDER-1")).containsEntry("state", "CLAIMED");
      assertThat(shop.row("ORDER-2")).containsEntry("state", "CLOSED");
      shopper.rollback();
    }
  }

  @Test
  void resultOfALostClaimChangesNothingButTheHistory() {
    enter("ORDER-1");
    Claim lost = claims.claim(1).claims().getFirst();
    shop.advance(Duration.ofSeconds(61));
    Claim present = claims.claim(1).claims().getFirst();

    List<Recorded> recorded =
        record.record(List.of(outcome(lost, new Decision.Closed(Optional.of(TradeState.CLOSED)))));

    assertThat(recorded).singleElement().isInstanceOf(Recorded.ClaimLost.class);
    assertThat(shop.status("ORDER-1")).isEqualTo("NOTPAY");
    assertThat(shop.row("ORDER-1"))
        .containsEntry("state", "CLAIMED")
        .containsEntry("claim_id", present.claimId().toString());
    assertThat(count("order_closer.close_attempt")).isEqualTo(1);
  }

  @Test
  void everyDecisionIsRecordedAsAStateThatTheTableAllows() {
    enter("ORDER-1", "ORDER-2", "ORDER-3", "ORDER-4", "ORDER-5", "ORDER-6", "ORDER-7", "ORDER-8");
    List<Claim> c = claims.claim(8).claims();

    record.record(
        List.of(
            outcome(
                c.get(0),
                new Decision.Paid(TradeState.SUCCESS, Optional.of("42"), Optional.of(shop.now()))),
            outcome(c.get(1), new Decision.NotFound(true, true)),
            outcome(c.get(2), new Decision.Abandoned(AbandonReason.NEEDS_REVERSE)),
            outcome(c.get(3), new Decision.Retry(RetryReason.ABSENT, Duration.ZERO, true, 1)),
            outcome(c.get(4), new Decision.RateLimited(Duration.ofSeconds(2))),
            outcome(c.get(5), new Decision.Pause(new PauseScope.Account(), "SIGN_ERROR")),
            outcome(c.get(6), new Decision.Uncalled()),
            outcome(c.get(7), new Decision.Superseded())));

    assertThat(shop.states().values())
        .containsExactly("PAID", "NOT_FOUND", "ABANDONED", "RETRY", "DUE", "DUE", "DUE", "DUE");
    assertThat(shop.row("ORDER-1")).containsEntry("transaction_id", "42");
    assertThat(shop.row("ORDER-2")).doesNotContainEntry("next_attempt_at", "");
    assertThat(shop.row("ORDER-4")).containsEntry("absences", "1").containsEntry("attempts", "1");
    assertThat(shop.row("ORDER-5")).containsEntry("rate_refusals", "1");
  }

  @Test
  void orderMadeUnpaidAgainIsDueAgain() {
    enter("ORDER-1");
    Claim claim = claims.claim(1).claims().getFirst();
    record.record(List.of(outcome(claim, new Decision.Closed(Optional.of(TradeState.CLOSED)))));
    shop.setStatus("ORDER-1", "NOTPAY");

    Page page = scan.firstPageOfAll();
    assertThat(page.againUnpaid()).containsExactly("ORDER-1");
    assertThat(scan.reopen(page.againUnpaid())).isEqualTo(1);

    assertThat(shop.row("ORDER-1"))
        .containsEntry("state", "DUE")
        .containsEntry("attempts", "0")
        .containsEntry("resolved_at", "");
  }

  @Test
  void pausedSubMerchantIsNotClaimedButByItsProbe() {
    enter("ORDER-1");
    PauseScope scope = new PauseScope.SubMerchant(new MerchantId(Shop.SUB_MCHID));
    assertThat(pauses.begin(scope, "NO_AUTH", Optional.empty())).isPresent();
    assertThat(pauses.begin(scope, "NO_AUTH", Optional.empty())).isEmpty();

    assertThat(claims.claim(9).claims()).isEmpty();
    assertThat(look.look(true, List.of()).claimableAt()).isEmpty();
    assertThat(pauses.takeProbe()).isEmpty();
    shop.advance(Duration.ofSeconds(30));
    assertThat(look.look(true, List.of()).probeDue()).isTrue();
    assertThat(pauses.takeProbe()).contains(scope);
    assertThat(pauses.takeProbe()).isEmpty();
    assertThat(claims.claimProbe(scope).claims()).hasSize(1);
    assertThat(pauses.refused(scope, "NO_AUTH", Optional.of("still")))
        .contains(probed("NO_AUTH", "NO_AUTH", "still", 60));
    // No response says nothing about the fault.
    assertThat(pauses.extend(scope)).contains(standing("NO_AUTH", "still", 120));
    // A different fault is a new pause.
    assertThat(pauses.refused(scope, "ACCOUNT_ERROR", Optional.of("barred")))
        .contains(probed("NO_AUTH", "ACCOUNT_ERROR", "barred", 30));
    assertThat(pauses.endOutage(scope)).isEmpty();
    assertThat(pauses.end(scope)).map(Pauses.Standing::code).contains("ACCOUNT_ERROR");
  }

  /** As long as the account cannot be called, nothing can be learnt about its sub-merchants. */
  @Test
  void subMerchantIsNotProbedWhileTheAccountIsPaused() {
    PauseScope account = new PauseScope.Account();
    PauseScope scope = new PauseScope.SubMerchant(new MerchantId(Shop.SUB_MCHID));
    pauses.begin(scope, "NO_AUTH", Optional.empty());
    shop.advance(Duration.ofSeconds(29));
    pauses.begin(account, "SIGN_ERROR", Optional.empty());
    shop.advance(Duration.ofSeconds(2));

    assertThat(look.look(true, List.of()).probeDue()).isFalse();
    assertThat(pauses.takeProbe()).isEmpty();

    shop.advance(Duration.ofSeconds(30));
    assertThat(look.look(true, List.of()).probeDue()).isTrue();
    assertThat(pauses.takeProbe()).contains(account);
    pauses.end(account);
    assertThat(pauses.takeProbe()).contains(scope);
  }

  @Test
  void outageIsProbedEachMinuteAtLeast() {
    PauseStore patient =
        new PauseStore(shop.jdbi(), table, Duration.ofMinutes(10), Duration.ofHours(2));
    PauseScope account = new PauseScope.Account();

    assertThat(patient.begin(account, "OUTAGE", Optional.empty()))
        .contains(new Pauses.Standing("OUTAGE", Optional.empty(), shop.now().plusSeconds(60)));
    for (int i = 0; i < 4; i++) {
      shop.advance(Duration.ofMinutes(1));
      assertThat(patient.takeProbe()).contains(account);
      assertThat(patient.extend(account))
          .map(Pauses.Standing::until)
          .contains(shop.now().plusSeconds(60));
    }
    assertThat(patient.returnProbe(account)).isEqualTo(1);
    assertThat(patient.endOutage(account))
        .map(Pauses.Standing::until)
        .contains(shop.now().plusSeconds(60));
  }

  private Pauses.Probed probed(String before, String code, String message, long seconds) {
    return new Pauses.Probed(before, standing(code, message, seconds));
  }

  private Pauses.Standing standing(String code, String message, long seconds) {
    return new Pauses.Standing(code, Optional.of(message), shop.now().plusSeconds(seconds));
  }

  @Test
  void slotsAreHandedOutOneAfterAnotherAndTheRateIsHalved() {
    RateStore rate = new RateStore(shop.jdbi(), 50);

    RateStore.Slots first = rate.reserve(100, Duration.ofMillis(200));
    RateStore.Slots second = rate.reserve(100, Duration.ofMillis(200));

    assertThat(first.count()).isEqualTo(10);
    assertThat(Duration.between(first.firstAt(), second.firstAt()))
        .isEqualTo(first.space().multipliedBy(10))
        .isEqualTo(Duration.ofMillis(203).plusNanos(600_000));
    assertThat(rate.lower()).contains(25.0);
    assertThat(rate.lower()).isEmpty();
    assertThat(rate.reserve(100, Duration.ofMillis(200)).callsASecond()).isEqualTo(25.0);
  }

  private void enter(String... outTradeNos) {
    int age = 60;
    for (String no : outTradeNos) {
      shop.order(no, Duration.ofMinutes(age--));
    }
    Page page = scan.firstPageOfAll();
    while (page.next().isPresent()) {
      page = scan.pageAfter(page.next().get());
    }
  }

  private Outcome outcome(Claim claim, Decision decision) {
    Exchange exchange =
        new Exchange(
            UUID.randomUUID(),
            Exchange.Operation.QUERY,
            Instant.parse("2026-03-01T12:00:00Z"),
            Duration.ofMillis(12),
            "127.0.0.1",
            OptionalInt.of(200),
            Optional.empty(),
            Optional.empty(),
            Optional.of("id-0"),
            true);
    return new Outcome(
        claim,
        Shop.SUB_MCHID,
        shop.now().minusSeconds(3600),
        decision,
        Duration.ofSeconds(10),
        List.of(exchange));
  }

  private int count(String relation) {
    return shop.jdbi()
        .withHandle(
            h -> h.createQuery("SELECT count(*) FROM " + relation).mapTo(Integer.class).one());
  }
}
