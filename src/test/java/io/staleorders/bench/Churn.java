package io.staleorders.bench;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** A shop that changes 5 % of its rows each second, or as many as the machine lets it. */
final class Churn implements AutoCloseable {
  private static final double PART = 0.05;

  private final BenchShop shop;
  private final int orders;
  private final long begun = System.nanoTime();
  private final AtomicLong changed = new AtomicLong();
  private final Thread thread;
  private volatile boolean closed;

  private Churn(BenchShop shop, int orders) {
    this.shop = shop;
    this.orders = orders;
    this.thread = Thread.ofPlatform().name("churn").daemon().start(this::run);
  }

  static Churn start(BenchShop shop, int orders) {
    return new Churn(shop, orders);
  }

  /** A tenth of a second's rows at a time, neighbours, round and round. */
  private void run() {
    int step = (int) (orders * PART / 10);
    int from = 1;
    while (!closed) {
      shop.execute(
          "UPDATE orders SET amount = amount + 1 WHERE id BETWEEN ? AND ?", from, from + step - 1);
      changed.addAndGet(step);
      from = from + 2 * step > orders ? 1 : from + step;
      pace();
    }
  }

  private void pace() {
    double ahead = changed.get() / (orders * PART) - seconds();
    if (ahead > 0) {
      LockSupport.parkNanos((long) (ahead * 1e9));
    }
  }

  /** Rows changed a second so far, of a hundred. */
  double percentASecond() {
    return 100.0 * changed.get() / orders / seconds();
  }

  private double seconds() {
    return (System.nanoTime() - begun) / 1e9;
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
