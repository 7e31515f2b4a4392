package io.staleorders.chaos;

import io.staleorders.chaos.Ledger.Claim;
import io.staleorders.chaos.Ledger.Fate;
import io.staleorders.chaos.SeenCalls.Call;
import io.staleorders.sandbox.OrderRecord;
import io.staleorders.sandbox.OrderState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The promises, held against what the shop, the database's ledger and WeChat Pay know. */
final class Promises {
  /**
   * Of them the payment callback and the service may be at odds for good: never placed when asked.
   */
  private static final Set<String> PLACED_LATE = Set.of("LATE", "GHOSTPAID");

  /** What is seen with no more lateness than this tells of the call rate. */
  private static final Duration TOLERABLE = Duration.ofMillis(500);

  private final Ledger ledger;
  private final Map<String, OrderRecord> truth;
  private final Set<String> heard;
  private final Seen seen;
  private final List<String> broken = new ArrayList<>();

  private Promises(Ledger ledger, Map<String, OrderRecord> truth, Set<String> heard, Seen seen) {
    this.ledger = ledger;
    this.truth = truth;
    this.heard = heard;
    this.seen = seen;
  }

  /**
   * What was seen of the calls.
   *
   * @param calls all that were made
   * @param awake which copies were frozen
   * @param lateness with which calls were seen
   */
  record Seen(List<Call> calls, Awake awake, Lateness lateness) {}

  /** Since when a copy, by its name, had not been frozen at a moment. */
  interface Awake {
    Instant since(String name, Instant at);
  }

  /**
   * What was promised and not kept; nothing is open any more.
   *
   * @param truth what WeChat Pay knows
   * @param heard paid orders that the shop marked paid
   */
  static List<String> broken(Ledger ledger, List<OrderRecord> truth, Set<String> heard, Seen seen) {
    Map<String, OrderRecord> byNumber =
        truth.stream().collect(Collectors.toMap(OrderRecord::outTradeNo, Function.identity()));
    Promises promises = new Promises(ledger, byNumber, heard, seen);
    promises.hold();
    return promises.broken;
  }

  private void hold() {
    List<Fate> fates = ledger.fates();
    fates.forEach(this::holdEnd);
    holdAge(fates);
    holdClaims();
    holdLedger();
  }

  private OrderState trueState(Fate fate) {
    OrderRecord record = truth.get(fate.outTradeNo());
    return record == null ? OrderState.ABSENT : record.state();
  }

  private void holdEnd(Fate fate) {
    OrderState there = trueState(fate);
    boolean closedHere = fate.status().equals("CLOSED");
    boolean cancelled = fate.status().equals("CANCELLED");
    boolean shopKnowsPaid = fate.status().equals("SUCCESS") && there.isPaid();
    boolean well =
        switch (fate.state()) {
          case "CLOSED" ->
              closedHere && (there == OrderState.CLOSED || there == OrderState.REVOKED);
          case "NOT_FOUND" -> closedHere && there == OrderState.ABSENT;
          case "PAID" -> there.isPaid() && (!closedHere || wasPlacedLate(fate));
          case "SUPERSEDED" -> shopKnowsPaid || cancelled;
          // The shop marked it before the service came to it.
          case Fate.NEVER_ENTERED -> shopKnowsPaid || cancelled;
          // Reported; the row may have been closed when WeChat Pay did not know the order yet.
          case "ABANDONED" -> !closedHere || (wasPlacedLate(fate) && !there.isPaid());
          default -> false;
        };
    hold(well && !fate.open(), () -> "this end: " + fate + ", at WeChat Pay " + there);
    hold(
        !heard.contains(fate.outTradeNo()) || shopKnowsPaid,
        () -> "the shop's own write is gone: " + fate);
  }

  private static boolean wasPlacedLate(Fate fate) {
    return PLACED_LATE.contains(fate.outTradeNo().substring(0, fate.outTradeNo().indexOf('-')));
  }

  private void holdAge(List<Fate> fates) {
    Map<String, Instant> dueAt =
        fates.stream()
            .collect(
                Collectors.toMap(
                    Fate::outTradeNo, fate -> fate.createdAt().plus(ServiceSettings.CLOSE_DELAY)));
    for (Call call : seen.calls()) {
      Instant due = dueAt.getOrDefault(call.outTradeNo(), Instant.MAX);
      hold(!call.at().isBefore(due), () -> "called before it was due at " + due + ": " + call);
    }
  }

  /**
   * Who calls about an order has a claim on it; that nobody else has one then, the ledger shows. A
   * copy that was frozen has one that had not ended when it awoke.
   */
  private void holdClaims() {
    Map<String, List<Claim>> claims =
        ledger.claims().stream().collect(Collectors.groupingBy(Claim::outTradeNo));
    for (Call call : seen.calls()) {
      List<Claim> ofOrder = claims.getOrDefault(call.outTradeNo(), List.of());
      Instant earliest =
          latest(
              call.at().minus(seen.lateness().at(call.at())),
              seen.awake().since(call.by(), call.at()));
      boolean claimed =
          ofOrder.stream()
              .filter(claim -> claim.by().equals(call.by()))
              .anyMatch(c -> !c.from().isAfter(call.at()) && !c.until().isBefore(earliest));
      hold(claimed, () -> "called without a claim: " + call + "; claims: " + ofOrder);
    }
  }

  private static Instant latest(Instant a, Instant b) {
    return a.isAfter(b) ? a : b;
  }

  private void holdLedger() {
    none(
        "a claim was taken from a copy while its lease held",
        """
        SELECT to_jsonb(c)::text FROM ledger.claim c WHERE taken_over AND ended_at < claimed_until
        """);
    none(
        "a copy recorded over what another had claimed",
        """
        SELECT to_jsonb(c)::text FROM ledger.claim c WHERE NOT taken_over AND ended_by != made_by
        """);
    none(
        "the shop's own write was overwritten",
        """
        SELECT to_jsonb(s)::text FROM ledger.status_change s
        WHERE made_by != 'shop' AND (before, after) != ('NOTPAY', 'CLOSED')
        """);
    none(
        "the shop heard of a payment of an order that was marked closed",
        """
        SELECT to_jsonb(s)::text FROM ledger.status_change s
        WHERE made_by = 'shop' AND before = 'CLOSED'
        """);
  }

  private void none(String what, String rows) {
    ledger.texts(rows).forEach(row -> broken.add(what + ": " + row));
  }

  private void hold(boolean kept, Supplier<String> otherwise) {
    if (!kept) {
      broken.add(otherwise.get());
    }
  }

  /**
   * The most calls seen within any time of this length that could not be seen late, and so in a
   * burst, for want of a faster machine.
   */
  static int most(Duration within, Seen seen) {
    List<Call> calls = seen.calls();
    int most = 0;
    int first = 0;
    for (int last = 0; last < calls.size(); last++) {
      Instant until = calls.get(last).at();
      while (!calls.get(first).at().plus(within).isAfter(until)) {
        first++;
      }
      Instant from = calls.get(first).at();
      if (last - first + 1 > most
          && seen.lateness().longest(from, until).compareTo(TOLERABLE) <= 0) {
        most = last - first + 1;
      }
    }
    return most;
  }
}
