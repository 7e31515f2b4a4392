package io.staleorders.sandbox;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** An order as it goes: every change is one step that nothing can come between. */
final class Order {
  private final String outTradeNo;
  private String subMchid;
  private OrderState state = OrderState.ABSENT;
  private Optional<Instant> closedAt = Optional.empty();
  private Optional<String> closedBy = Optional.empty();
  private int closesAccepted;
  private Optional<Instant> paidAt = Optional.empty();
  private Optional<String> transactionId = Optional.empty();
  private final Set<OrderState> taken = EnumSet.noneOf(OrderState.class);
  private int requests;
  private int absencesTold;

  Order(String outTradeNo, String subMchid) {
    this.outTradeNo = outTradeNo;
    this.subMchid = subMchid;
  }

  synchronized OrderRecord toRecord() {
    return new OrderRecord(
        outTradeNo,
        subMchid,
        state,
        closedAt,
        closedBy,
        closesAccepted,
        paidAt,
        transactionId,
        requests);
  }

  /** Counts a request, and says which one it is: from 1. */
  synchronized int nextRequest() {
    return ++requests;
  }

  /** The shop has placed it; nothing happens to one that is known already. */
  synchronized boolean place(String bySubMchid) {
    if (state != OrderState.ABSENT) {
      return false;
    }
    subMchid = bySubMchid;
    state = OrderState.NOTPAY;
    return true;
  }

  /** Money moves, unless the order cannot be paid any more, or is not known. */
  synchronized boolean pay(Instant now, String transaction) {
    if (!state.isPayable()) {
      return false;
    }
    state = OrderState.SUCCESS;
    paidAt = Optional.of(now);
    transactionId = Optional.of(transaction);
    return true;
  }

  /**
   * Closed if unpaid. Says what the state was before.
   *
   * @param by the {@code Request-ID} of the reply
   */
  synchronized OrderState close(Instant now, String by) {
    OrderState before = state;
    if (before == OrderState.NOTPAY) {
      state = OrderState.CLOSED;
      closedAt = Optional.of(now);
      closedBy = Optional.of(by);
    }
    return before;
  }

  /**
   * Something else happened to it. Only an order not closed or paid can take another state so, and
   * each state once: afterwards it goes its own way.
   */
  synchronized void become(OrderState next, Instant now, String transaction) {
    if ((!state.isPayable() && state != OrderState.ABSENT) || !taken.add(next)) {
      return;
    }
    state = next;
    if (next == OrderState.CLOSED || next == OrderState.REVOKED) {
      closedAt = Optional.of(now);
    }
    if (next.isPaid()) {
      paidAt = Optional.of(now);
      transactionId = Optional.of(transaction);
    }
  }

  synchronized void closeAccepted() {
    closesAccepted++;
  }

  synchronized void absenceTold() {
    absencesTold++;
  }

  /** How often a query has been answered that it does not exist. */
  synchronized int absencesTold() {
    return absencesTold;
  }

  synchronized boolean isOf(String merchant) {
    return subMchid.equals(merchant);
  }
}
