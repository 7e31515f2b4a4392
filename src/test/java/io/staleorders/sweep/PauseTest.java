package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.SeenRequest;
import io.staleorders.store.PauseStore;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Faults of a sub-merchant or of the whole account. */
class PauseTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final Duration FIRST = Duration.ofSeconds(30);
  private static final String DEAD = "1900000999";

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void oneDeadSubMerchantAmongAThousandCostsTheOthersNothing() {
    // However slow the machine: a call that timed out would be repeated, and counted.
    rig.restart(
        Options.defaults().callTimeout(Duration.ofMinutes(2)).lease(Duration.ofMinutes(20)));
    shop.orders("DEAD-", 200, Duration.ofMinutes(30), DEAD);
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT 'ORDER-' || i, 19000000 + i, now - interval '20 minutes'"
            + " FROM testkit.clock, generate_series(1, 999) AS i");
    rig.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.NO_AUTH));

    rig.sweep();

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(999);
    assertThat(shop.count("order_closer.order_close WHERE state = 'CLOSED' AND attempts = 1"))
        .isEqualTo(999);
    // Each of the others' orders got its close and its query, and not one call more.
    assertThat(callsOfEachOrder("ORDER-")).hasSize(999).values().containsOnly(2L);
    // No more of the dead one's orders than were under way when the first answer came.
    assertThat(callsOfEachOrder("DEAD-")).hasSizeBetween(1, 64).values().containsOnly(1L);
    int calls = rig.sandbox().requests().size();
    rig.advance(FIRST.minusMillis(1));
    rig.sweep();
    assertThat(rig.sandbox().requests()).hasSize(calls);

    for (int probe = 1; probe <= 5; probe++) {
      rig.advance(untilPauseEnds());
      shop.order("ORDER-LATER-" + probe, DUE);
      rig.sweep();
      calls += 1 + 2;
      assertThat(rig.sandbox().requests()).as("one probe, and the others' own").hasSize(calls);
      assertThat(shop.status("ORDER-LATER-" + probe)).isEqualTo("CLOSED");
    }
    // The dead one's orders keep all their chances.
    assertThat(shop.count("order_closer.order_close WHERE state = 'DUE' AND attempts = 0"))
        .isEqualTo(200);
  }

  private Map<String, Long> callsOfEachOrder(String prefix) {
    return rig.sandbox().requests().stream()
        .map(SeenRequest::outTradeNo)
        .filter(no -> no.startsWith(prefix))
        .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
  }

  @Test
  void deadSubMerchantIsLeftAloneByTheOtherCopiesToo() {
    shop.order("DEAD-01", DUE, DEAD, "NOTPAY");
    rig.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.NO_AUTH));
    rig.sweep();
    shop.order("DEAD-02", DUE, DEAD, "NOTPAY");
    shop.order("ORDER-1", DUE);

    try (Sweep other = rig.copy("copy-2", rig.pool())) {
      other.run();
    }

    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
    assertThat(rig.sandbox().requests("DEAD-02")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"NO_AUTH", "MCH_NOT_EXISTS", "ACCOUNT_ERROR"})
  void faultOfASubMerchantPausesItAlone(Misbehaviour fault) {
    shop.order("DEAD-01", DUE, DEAD, "NOTPAY");
    shop.order("ORDER-1", DUE);
    rig.sandbox().faults().subMerchant(DEAD, Optional.of(fault));

    try (Events events = Events.open()) {
      rig.sweep();

      assertThat(events.of(Event.PAUSED))
          .singleElement()
          .satisfies(
              line ->
                  assertThat(line)
                      .containsEntry("scope", DEAD)
                      .containsEntry("code", fault.name())
                      .containsKey("until"));
    }
    assertThat(shop.text("SELECT scope || ' ' || code || ' ' || failures FROM order_closer.pause"))
        .isEqualTo(DEAD + " " + fault + " 1");
    assertThat(shop.row("DEAD-01")).containsEntry("state", "DUE").containsEntry("attempts", "0");
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  /** After hours of outage the oldest orders are just those that the shop has cancelled. */
  @Test
  void probePassesByOrdersThatNeedNoCall() {
    shop.orders("CANCELLED-", 6, Duration.ofMinutes(60), Shop.SUB_MCHID);
    shop.orders("ORDER-", 70, DUE, Shop.SUB_MCHID);
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    rig.sweep();
    rig.sandbox().faults().clear();
    shop.execute("UPDATE orders SET status = 'CANCELLED' WHERE out_trade_no LIKE 'CANCELLED-%'");

    rig.advance(FIRST);
    rig.sweep();

    assertThat(shop.count("order_closer.pause")).isZero();
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(70);
  }

  @Test
  void probeThatFindsNoOrderComesBackSoonAndNotAsIfItHadFailed() {
    shop.order("ORDER-1", DUE);
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    rig.sweep();
    rig.sandbox().faults().clear();
    shop.execute("UPDATE order_closer.pause SET failures = 6");
    shop.execute("UPDATE orders SET status = 'CANCELLED'");
    rig.advance(FIRST);
    rig.sweep();

    shop.order("ORDER-2", DUE);
    rig.advance(FIRST);
    rig.sweep();

    assertThat(shop.count("order_closer.pause")).isZero();
    assertThat(shop.status("ORDER-2")).isEqualTo("CLOSED");
  }

  @Test
  void wrongKeyPausesTheAccountAndOneOrderTriesAgainAtDoublingTimes() {
    shop.orders("ORDER-", 100, DUE, Shop.SUB_MCHID);
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    rig.sweep();
    int calls = rig.sandbox().requests().size();
    assertThat(calls).isBetween(1, 64);
    assertThat(untilPauseEnds()).isEqualTo(FIRST);

    for (int doubled = 2; doubled <= 64; doubled *= 2) {
      rig.advance(untilPauseEnds());
      rig.sweep();
      calls++;
      assertThat(rig.sandbox().requests()).hasSize(calls);
      assertThat(untilPauseEnds())
          .isEqualTo(doubled < 60 ? FIRST.multipliedBy(doubled) : Duration.ofMinutes(30));
    }

    assertThat(shop.count("order_closer.order_close WHERE state = 'DUE' AND attempts = 0"))
        .isEqualTo(100);
    rig.sandbox().faults().everybody(Optional.empty());
    rig.advance(untilPauseEnds());
    try (Events events = Events.open()) {
      rig.sweep();
      assertThat(events.of(Event.RESUMED)).hasSize(1);
    }
    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(100);
  }

  @Test
  void twentyCallsWithoutAnyAnswerAreAnOutage() {
    shop.orders("ORDER-", 200, DUE, Shop.SUB_MCHID);
    rig.sandbox().faults().outage(true);

    rig.sweep();

    assertThat(shop.text("SELECT scope || ' ' || code FROM order_closer.pause"))
        .isEqualTo("account OUTAGE");
    assertThat(shop.count("order_closer.order_close WHERE attempts > 0")).isBetween(20, 20 + 63);
    assertThat(shop.count("order_closer.order_close WHERE attempts = 0 AND state = 'DUE'"))
        .isGreaterThan(100);
  }

  @Test
  void nineteenCallsWithoutAnAnswerAreNoOutage() {
    // One at a time, oldest first.
    rig.restart(Options.defaults().concurrency(1).batchSize(1));
    shop.orders("RESET2-", 19, Duration.ofMinutes(30), Shop.SUB_MCHID);
    shop.order("ORDER-1", Duration.ofMinutes(25));
    shop.orders("RESET2-X", 19, DUE, Shop.SUB_MCHID);

    rig.sweep();

    assertThat(shop.count("order_closer.pause")).isZero();
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
  }

  @Test
  void anyAnswerEndsAnOutage() {
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    rig.sandbox().faults().outage(true);
    rig.sweep();
    rig.sandbox().faults().outage(false);
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SERVICE_UNAVAILABLE));

    rig.advance(FIRST);
    rig.sweep();

    assertThat(shop.count("order_closer.pause")).isZero();
  }

  @Test
  void ordersClaimedAndNotYetCalledAboutAreGivenBackUnattempted() {
    rig.restart(Options.defaults().concurrency(1));
    shop.orders("ORDER-", 20, DUE, Shop.SUB_MCHID);
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.NO_AUTH));

    rig.sweep();

    assertThat(rig.sandbox().requests()).hasSize(1);
    assertThat(
            shop.count(
                "order_closer.order_close"
                    + " WHERE state = 'DUE' AND attempts = 0 AND claim_id IS NULL"))
        .isEqualTo(20);
  }

  @Test
  void probeIsTriedByOneCopyAlone() {
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    rig.sweep();
    int calls = rig.sandbox().requests().size();
    rig.advance(FIRST);

    try (Sweep one = rig.copy("copy-2", rig.pool());
        Sweep other = rig.copy("copy-3", rig.pool())) {
      List.of(
              CompletableFuture.runAsync(one::run, Thread::startVirtualThread),
              CompletableFuture.runAsync(other::run, Thread::startVirtualThread))
          .forEach(CompletableFuture::join);
    }

    assertThat(rig.sandbox().requests()).hasSize(calls + 1);
  }

  /** Once an hour of the account's pause has passed, the sub-merchant's own is long over. */
  @Test
  void noSubMerchantIsProbedWhileTheAccountIsPaused() {
    shop.order("DEAD-01", DUE, DEAD, "NOTPAY");
    rig.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.NO_AUTH));
    rig.sweep();
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    shop.order("ORDER-1", DUE);
    rig.sweep();
    shop.execute(
        "UPDATE order_closer.pause SET until = until + interval '1 hour' WHERE scope = 'account'");
    int calls = rig.sandbox().requests().size();

    rig.advance(FIRST.plusSeconds(1));
    rig.sweep();

    assertThat(rig.sandbox().requests()).hasSize(calls);
    assertThat(shop.count("order_closer.pause")).isEqualTo(2);
  }

  @Test
  void faultOfTheAccountSeenByASubMerchantsProbeDoesNotLiftItsPause() {
    shop.order("DEAD-01", DUE, DEAD, "NOTPAY");
    rig.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.NO_AUTH));
    rig.sweep();
    rig.sandbox().faults().clear();
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    rig.advance(FIRST);

    try (Events events = Events.open()) {
      rig.sweep();

      assertThat(events.of(Event.RESUMED)).isEmpty();
      assertThat(events.of(Event.PAUSE_CONTINUES))
          .singleElement()
          .satisfies(line -> assertThat(line).containsEntry("code", "NO_AUTH"));
    }
    assertThat(
            shop.text(
                "SELECT string_agg(scope || ' ' || code, ', ' ORDER BY scope) FROM order_closer.pause"))
        .isEqualTo(DEAD + " NO_AUTH, account SIGN_ERROR");
  }

  /** Twenty calls in a row without a response, and then one that is refused. */
  @Test
  void anotherFaultOfTheAccountEndsAnOutageAndIsAPauseOfItsOwn() {
    shop.orders("ORDER-", 30, DUE, Shop.SUB_MCHID);
    rig.sandbox().faults().outage(true);
    rig.sweep();
    rig.sandbox().faults().outage(false);
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    rig.advance(FIRST);

    try (Events events = Events.open()) {
      rig.sweep();

      assertThat(events.of(Event.RESUMED))
          .singleElement()
          .satisfies(line -> assertThat(line).containsEntry("code", "OUTAGE"));
      assertThat(events.of(Event.PAUSED))
          .singleElement()
          .satisfies(line -> assertThat(line).containsEntry("code", "SIGN_ERROR"));
    }
    assertThat(shop.text("SELECT scope || ' ' || code || ' ' || failures FROM order_closer.pause"))
        .isEqualTo("account SIGN_ERROR 1");
  }

  @Test
  void pauseIsLoggedOnceAndEachFailedProbeAsItsContinuation() {
    shop.order("DEAD-01", DUE, DEAD, "NOTPAY");
    rig.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.NO_AUTH));

    try (Events events = Events.open()) {
      rig.sweep();
      for (int probe = 0; probe < 3; probe++) {
        rig.advance(untilPauseEnds());
        rig.sweep();
      }
      rig.sandbox().faults().clear();
      rig.advance(untilPauseEnds());
      rig.sweep();

      assertThat(events.of(Event.PAUSED)).hasSize(1);
      assertThat(events.of(Event.PAUSE_CONTINUES)).hasSize(3);
      assertThat(events.of(Event.RESUMED)).hasSize(1);
      for (Event event : List.of(Event.PAUSED, Event.PAUSE_CONTINUES, Event.RESUMED)) {
        assertThat(events.of(event))
            .allSatisfy(
                line ->
                    assertThat(line)
                        .containsEntry("scope", DEAD)
                        .containsEntry("code", "NO_AUTH")
                        .containsKey("until")
                        .hasEntrySatisfying(
                            "wechatpay_message", message -> assertThat(message).isNotBlank()));
      }
    }
  }

  @Test
  void olderAnswerOfTheDatabaseDoesNotReplaceANewerOne() {
    Merchant merchant = new Merchant(new MerchantId("1"), new MerchantId(DEAD));
    Faults faults = new Faults(pauses(), new DatabaseWatch(() -> {}));
    Consumer<List<String>> first = faults.asking();
    Consumer<List<String>> second = faults.asking();

    second.accept(List.of(DEAD));
    first.accept(List.of());

    assertThat(faults.isPaused(merchant, Optional.empty())).isTrue();
    faults.asking().accept(List.of());
    assertThat(faults.isPaused(merchant, Optional.empty())).isFalse();
  }

  private PauseStore pauses() {
    return new PauseStore(shop.jdbi(), shop.table(), FIRST, Duration.ofMinutes(30));
  }

  @Test
  void otherCopiesStopAtOnce() {
    rig.restart(Options.defaults().confirm(false).closeRate(50).concurrency(8));
    shop.orders("ORDER-", 200, DUE, Shop.SUB_MCHID);
    AtomicInteger calls = new AtomicInteger();
    rig.sandbox()
        .script(
            facts ->
                calls.incrementAndGet() > 30
                    ? Optional.of(Misbehaviour.SIGN_ERROR)
                    : Optional.empty());
    try (Sweep other = rig.copy("copy-2", rig.pool())) {
      CompletableFuture<Duration> running =
          CompletableFuture.supplyAsync(other::run, Thread::startVirtualThread);
      rig.sweep();
      running.join();
    }

    assertThat(calls.get()).as("calls of both").isLessThan(30 + 50);
    assertThat(shop.count("order_closer.order_close WHERE state = 'DUE' AND attempts = 0"))
        .isEqualTo(170);
    assertThat(shop.count("order_closer.order_close WHERE claim_id IS NOT NULL")).isZero();
  }

  @Test
  void accountIsTriedWithAnOrderOfASubMerchantThatIsNotPaused() {
    shop.order("DEAD-01", Duration.ofMinutes(40), DEAD, "NOTPAY");
    rig.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.NO_AUTH));
    rig.sweep();
    shop.execute("UPDATE order_closer.pause SET until = until + interval '1 hour'");
    shop.order("ORDER-1", DUE);
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    rig.sweep();
    rig.sandbox().faults().everybody(Optional.empty());

    rig.advance(FIRST);
    rig.sweep();

    assertThat(shop.text("SELECT string_agg(scope, ' ') FROM order_closer.pause")).isEqualTo(DEAD);
    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
    assertThat(rig.sandbox().requests("DEAD-01")).hasSize(1);
  }

  @Test
  void accountAndItsOnlySubMerchantPausedTogetherBothGoOn() {
    shop.order("DEAD-01", DUE, DEAD, "NOTPAY");
    rig.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.NO_AUTH));
    rig.sweep();
    rig.advance(FIRST);
    rig.sandbox().faults().clear();
    rig.sandbox().faults().everybody(Optional.of(Misbehaviour.SIGN_ERROR));
    rig.sweep();
    assertThat(shop.count("order_closer.pause WHERE scope = 'account'")).isEqualTo(1);
    rig.sandbox().faults().clear();

    for (int i = 0; i < 3; i++) {
      rig.advance(Duration.ofMinutes(31));
      rig.sweep();
    }

    assertThat(shop.count("order_closer.pause")).isZero();
    assertThat(shop.status("DEAD-01")).isEqualTo("CLOSED");
  }

  private Duration untilPauseEnds() {
    return Duration.ofMillis(
        Long.parseLong(
            shop.text(
                "SELECT (extract(epoch FROM until - (SELECT now FROM testkit.clock)) * 1000)::bigint"
                    + " FROM order_closer.pause")));
  }
}
