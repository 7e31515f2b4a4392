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

  /** By so much a request may be seen later than it was made, on a very busy machine. */
  private static final Duration LATE = Duration.ofSeconds(5);

  private final Ledger ledger;
  private final Map<String, OrderRecord> truth;
  private final Set<String> heard;
  private final List<Call> calls;
  private final Awake awake;
  private final List<String> broken = new ArrayList<>();

  private Promises(
      Ledger ledger,
      Map<String, OrderRecord> truth,
      Set<String> heard,
      List<Call> calls,
      Awake awake) {
    this.ledger = ledger;
    this.truth = truth;
    this.heard = heard;
    this.calls = calls;
    this.awake = awake;
  }

  /** Since when a copy, by its name, had not been frozen at a moment. */
  interface Awake {
    Instant since(String name, Instant at);
  }

  /**
   * What was promised and not kept; nothing is open any more.
   *
   * @param truth what WeChat Pay knows
   * @param heard paid orders that the shop marked paid
   * @param calls all that were made
   * @param awake which copies were frozen
   */
  static List<String> broken(
      Ledger ledger, List<OrderRecord> truth, Set<String> heard, List<Call> calls, Awake awake) {
    Promises promises =
        new Promises(
            ledger,
            truth.stream().collect(Collectors.toMap(OrderRecord::outTradeNo, Function.identity())),
            heard,
            calls,
            awake);
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
    for (Call call : calls) {
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
    for (Call call : calls) {
      List<Claim> ofOrder = claims.getOrDefault(call.outTradeNo(), List.of());
      Instant earliest = latest(call.at().minus(LATE), awake.since(call.by(), call.at()));
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

  /** The most calls within any time of this length. */
  static int most(List<Call> calls, Duration within) {
    int most = 0;
    int first = 0;
    for (int last = 0; last < calls.size(); last++) {
      while (!calls.get(first).at().plus(within).isAfter(calls.get(last).at())) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }
}
