package io.staleorders.sandbox;

import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/** All orders, by number; kept until the sandbox ends. */
public final class Orders {
  private final InstantSource clock;
  private final ConcurrentMap<String, Order> byNumber = new ConcurrentHashMap<>();
  private final AtomicLong transactions = new AtomicLong();
  private volatile boolean unknownAreAbsent;

  Orders(InstantSource clock) {
    this.clock = clock;
  }

  /** Whether a number never seen before is an order not placed, rather than an unpaid one. */
  public void unknownAreAbsent(boolean absent) {
    this.unknownAreAbsent = absent;
  }

  /** Whether a number never seen before is an order not placed, rather than an unpaid one. */
  public boolean unknownAreAbsent() {
    return unknownAreAbsent;
  }

  /** Places an order, as a prepay call would; false if it is known already. */
  public boolean place(String outTradeNo, String subMchid) {
    return byNumber.computeIfAbsent(outTradeNo, no -> new Order(no, subMchid)).place(subMchid);
  }

  /** Pays an order; false if it is not known, closed, or paid already. */
  public boolean pay(String outTradeNo) {
    Optional<Order> order = Optional.ofNullable(byNumber.get(outTradeNo));
    return order.isPresent() && order.get().pay(clock.instant(), nextTransactionId());
  }

  /** The order's state; {@link OrderState#ABSENT} if it was never heard of. */
  public OrderState state(String outTradeNo) {
    return find(outTradeNo).map(OrderRecord::state).orElse(OrderState.ABSENT);
  }

  /** What is known of the order; empty if it was never heard of. */
  public Optional<OrderRecord> find(String outTradeNo) {
    return Optional.ofNullable(byNumber.get(outTradeNo)).map(Order::toRecord);
  }

  /** All orders ever heard of, in no order. */
  public List<OrderRecord> all() {
    return byNumber.values().stream().map(Order::toRecord).toList();
  }

  /** The order that a call is about, placed by this if it was never heard of. */
  Order asked(String outTradeNo, String subMchid) {
    return byNumber.computeIfAbsent(
        outTradeNo,
        no -> {
          Order order = new Order(no, subMchid);
          if (!unknownAreAbsent) {
            order.place(subMchid);
          }
          return order;
        });
  }

  String nextTransactionId() {
    return String.format(Locale.ROOT, "4200%024d", transactions.incrementAndGet());
  }
}
