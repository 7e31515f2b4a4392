package io.staleorders.store;

import io.staleorders.order.Decision;
import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.order.TradeState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;

/**
 * Brings decisions to the shop's rows, inside the recording transaction. Rows that a decision
 * changes are locked while still unpaid, and only those got are written; every other resolution
 * reads the row first. An order that stopped being unpaid is SUPERSEDED.
 */
final class ShopRows {
  private final ShopStore shop;
  private final Handle handle;
  private final List<Outcome> outcomes;

  private enum Mark {
    NONE,
    CLOSED,
    PAID
  }

  ShopRows(ShopStore shop, Handle handle, List<Outcome> outcomes) {
    this.shop = shop;
    this.handle = handle;
    this.outcomes = outcomes;
  }

  /** What may be recorded for each outcome, its row written where the decision says so. */
  List<Settled> settle() {
    Map<String, Long> locked =
        shop.lockUnpaid(handle, numbers(o -> markOf(o) != Mark.NONE)).stream()
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    Map<String, ShopOrder> seen =
        shop.read(
            handle,
            numbers(
                o ->
                    o.decision() instanceof Decision.Resolution
                        && !locked.containsKey(o.claim().outTradeNo())));
    Set<String> written = new HashSet<>();
    written.addAll(shop.markClosed(handle, numbers(o -> isToMark(o, Mark.CLOSED, locked))));
    written.addAll(shop.markPaid(handle, numbers(o -> isToMark(o, Mark.PAID, locked))));

    List<Settled> settled = new ArrayList<>();
    for (Outcome outcome : outcomes) {
      long rows = locked.getOrDefault(outcome.claim().outTradeNo(), 0L);
      settled.add(
          rows > 0
              ? afterLock(outcome, rows, written.contains(outcome.claim().outTradeNo()))
              : unlocked(outcome, seen));
    }
    return settled;
  }

  private Settled afterLock(Outcome outcome, long rows, boolean written) {
    if (rows > 1) {
      return Settled.as(outcome, new Decision.Abandoned(AbandonReason.DUPLICATE_NUMBER));
    }
    return written
        ? Settled.as(outcome, outcome.decision())
        : Settled.as(
            outcome,
            new Decision.Retry(
                RetryReason.ROW_REFUSED,
                Duration.ZERO,
                true,
                outcome.claim().progress().absences()));
  }

  private Settled unlocked(Outcome outcome, Map<String, ShopOrder> seen) {
    return switch (outcome.decision()) {
      case Decision.Retry retry -> Settled.as(outcome, retry);
      case Decision.GiveBack giveBack -> Settled.as(outcome, giveBack);
      case Decision.Resolution resolution -> {
        ShopOrder order = seen.get(outcome.claim().outTradeNo());
        if (order == null || order.unpaidRows() == 0) {
          boolean closedByUs = outcome.claim().secondLook() && order != null && order.closedHere();
          yield Settled.as(
              outcome, closedByUs ? ofClosedRow(resolution) : new Decision.Superseded());
        }
        if (resolution instanceof Decision.Superseded) {
          yield Settled.as(outcome, new Decision.Uncalled());
        }
        yield markOf(outcome) == Mark.NONE
            ? Settled.as(outcome, resolution)
            : Settled.held(outcome);
      }
    };
  }

  private static Decision ofClosedRow(Decision.Resolution resolution) {
    return resolution instanceof Decision.Abandoned abandoned
        ? new Decision.Abandoned(abandoned.reason(), true)
        : resolution;
  }

  private boolean isToMark(Outcome outcome, Mark mark, Map<String, Long> locked) {
    return markOf(outcome) == mark && locked.getOrDefault(outcome.claim().outTradeNo(), 0L) == 1;
  }

  private Mark markOf(Outcome outcome) {
    return switch (outcome.decision()) {
      case Decision.Closed closed -> Mark.CLOSED;
      case Decision.NotFound notFound -> notFound.markClosed() ? Mark.CLOSED : Mark.NONE;
      case Decision.Paid paid ->
          shop.marksPaid() && paid.tradeState() == TradeState.SUCCESS ? Mark.PAID : Mark.NONE;
      case Decision.Abandoned abandoned -> Mark.NONE;
      case Decision.Superseded superseded -> Mark.NONE;
      case Decision.Retry retry -> Mark.NONE;
      case Decision.GiveBack giveBack -> Mark.NONE;
    };
  }

  private List<String> numbers(Predicate<Outcome> which) {
    return outcomes.stream().filter(which).map(o -> o.claim().outTradeNo()).toList();
  }
}
