package io.staleorders.store;

import io.staleorders.order.Decision;
import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Decision.RetryReason;
import io.staleorders.order.TradeState;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

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
        shop.lockUnpaid(handle, numbers(outcomes, o -> markOf(o) != Mark.NONE)).stream()
            .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    Map<String, ShopOrder> seen =
        shop.read(handle, numbers(outcomes, o -> o.decision() instanceof Decision.Resolution));
    List<Settled> settled = outcomes.stream().map(o -> settled(o, locked, seen)).toList();

    List<Outcome> agreed =
        settled.stream()
            .filter(s -> !s.rowHeld() && s.decision().equals(s.outcome().decision()))
            .map(Settled::outcome)
            .filter(o -> locked.getOrDefault(o.claim().outTradeNo(), 0L) == 1)
            .filter(o -> hasOneUnpaidRow(seen.get(o.claim().outTradeNo())))
            .filter(o -> markOf(o) != Mark.NONE)
            .toList();
    Set<String> took = new HashSet<>(write(agreed));
    return settled.stream()
        .map(
            s ->
                agreed.contains(s.outcome()) && !took.contains(s.outcome().claim().outTradeNo())
                    ? Settled.refused(s.outcome(), RowRefusal.KEPT_STATUS)
                    : s)
        .toList();
  }

  private static boolean hasOneUnpaidRow(@Nullable ShopOrder order) {
    return order != null && order.unpaidRows() == 1;
  }

  /** Writes the rows, and reads back which of them have the status that was written. */
  private List<String> write(List<Outcome> agreed) {
    List<String> closed = numbers(agreed, o -> markOf(o) == Mark.CLOSED);
    List<String> paid = numbers(agreed, o -> markOf(o) == Mark.PAID);
    if (closed.isEmpty() && paid.isEmpty()) {
      return List.of();
    }
    Set<String> written = new HashSet<>();
    once(shop.markClosed(handle, closed), written);
    once(shop.markPaid(handle, paid), written);
    shop.fireDeferredTriggers(handle);
    return Stream.concat(shop.closed(handle, closed).stream(), shop.paid(handle, paid).stream())
        .toList();
  }

  /** A row is written by its number, so a row that was not locked may have come to share it. */
  private static void once(List<String> numbers, Set<String> written) {
    for (String number : numbers) {
      if (!written.add(number)) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "another unpaid row with the number %s came up while it was written; nothing is",
                number));
      }
    }
  }

  private Settled settled(Outcome outcome, Map<String, Long> locked, Map<String, ShopOrder> seen) {
    return switch (outcome.decision()) {
      case Decision.Retry retry -> Settled.as(outcome, retry);
      case Decision.GiveBack giveBack -> Settled.as(outcome, giveBack);
      case Decision.Paid paid -> paid(outcome, locked, seen);
      case Decision.Resolution resolution -> {
        String number = outcome.claim().outTradeNo();
        ShopOrder order = seen.get(number);
        if (order == null || order.unpaidRows() == 0) {
          boolean closedByUs =
              outcome.claim().secondLook() && order != null && order.closedOrGone();
          yield Settled.as(
              outcome, closedByUs ? ofClosedRow(resolution) : new Decision.Superseded());
        }
        if (resolution instanceof Decision.Superseded) {
          yield Settled.as(outcome, new Decision.Uncalled());
        }
        yield markOf(outcome) == Mark.NONE
            ? Settled.as(outcome, resolution)
            : toBeWritten(outcome, order, locked.getOrDefault(number, 0L));
      }
    };
  }

  /** Recorded whatever has become of the row, which is written only while unpaid and free. */
  private Settled paid(Outcome outcome, Map<String, Long> locked, Map<String, ShopOrder> seen) {
    String number = outcome.claim().outTradeNo();
    ShopOrder order = seen.get(number);
    boolean written = markOf(outcome) == Mark.PAID && order != null && order.unpaidRows() == 1;
    return written && locked.getOrDefault(number, 0L) == 0
        ? Settled.held(outcome)
        : Settled.as(outcome, outcome.decision());
  }

  private static Settled toBeWritten(Outcome outcome, ShopOrder order, long locked) {
    if (locked > 1) {
      return Settled.as(outcome, new Decision.Abandoned(AbandonReason.DUPLICATE_NUMBER));
    }
    if (locked < order.unpaidRows()) {
      return Settled.held(outcome);
    }
    boolean placedAgain = outcome.decision() instanceof Decision.NotFound && !order.oldEnough();
    return placedAgain
        ? Settled.as(outcome, new Decision.Retry(RetryReason.ABSENT, Duration.ZERO, true, 0))
        : Settled.as(outcome, outcome.decision());
  }

  private static Decision ofClosedRow(Decision.Resolution resolution) {
    return resolution instanceof Decision.Abandoned abandoned
        ? new Decision.Abandoned(abandoned.reason(), true)
        : resolution;
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

  private static List<String> numbers(List<Outcome> outcomes, Predicate<Outcome> which) {
    return outcomes.stream().filter(which).map(o -> o.claim().outTradeNo()).toList();
  }
}
