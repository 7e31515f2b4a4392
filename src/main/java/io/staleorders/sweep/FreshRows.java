package io.staleorders.sweep;

import io.staleorders.store.ShopOrder;
import io.staleorders.sweep.DatabaseWatch.Asked;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;

/**
 * The shop's rows as they are now, immediately before their orders are closed: those that are asked
 * for within a few milliseconds are read by one statement.
 */
final class FreshRows {
  private static final Duration GATHER = Duration.ofMillis(3);

  private final Function<List<String>, Asked<Map<String, ShopOrder>>> statement;
  private final ReentrantLock lock = new ReentrantLock();
  private List<Waiting> waiting = new ArrayList<>();

  /** One that asked, and what it gets. */
  private record Waiting(String outTradeNo, CompletableFuture<Optional<ShopOrder>> row) {}

  FreshRows(Function<List<String>, Asked<Map<String, ShopOrder>>> statement) {
    this.statement = statement;
  }

  /** What the shop has about this number; absent if it cannot be read now. */
  Optional<ShopOrder> read(String outTradeNo) {
    Waiting one = new Waiting(outTradeNo, new CompletableFuture<>());
    if (isFirst(one)) {
      LockSupport.parkNanos(GATHER.toNanos());
      readFor(takeAll());
    }
    return one.row().join();
  }

  private boolean isFirst(Waiting one) {
    lock.lock();
    try {
      waiting.add(one);
      return waiting.size() == 1;
    } finally {
      lock.unlock();
    }
  }

  private List<Waiting> takeAll() {
    lock.lock();
    try {
      List<Waiting> all = waiting;
      waiting = new ArrayList<>();
      return all;
    } finally {
      lock.unlock();
    }
  }

  private void readFor(List<Waiting> all) {
    Map<String, ShopOrder> rows = Map.of();
    try {
      Asked<Map<String, ShopOrder>> asked =
          statement.apply(all.stream().map(Waiting::outTradeNo).toList());
      if (asked instanceof Asked.Done<Map<String, ShopOrder>> done) {
        rows = done.value();
      }
    } finally {
      for (Waiting one : all) {
        one.row().complete(Optional.ofNullable(rows.get(one.outTradeNo())));
      }
    }
  }
}
