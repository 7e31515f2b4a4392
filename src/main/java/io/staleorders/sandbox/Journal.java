package io.staleorders.sandbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The latest requests, so many that memory stays bounded, and counts of all of them. */
final class Journal {
  private static final int KEPT = 100_000;

  private final Deque<SeenRequest> latest = new ArrayDeque<>();
  private final Map<String, Deque<SeenRequest>> byOrder = new HashMap<>();
  private final Map<Counter, Long> counts = new EnumMap<>(Counter.class);

  synchronized void add(SeenRequest request) {
    latest.addLast(request);
    byOrder.computeIfAbsent(request.outTradeNo(), no -> new ArrayDeque<>(4)).addLast(request);
    if (latest.size() > KEPT) {
      forgetOldest();
    }
  }

  synchronized void count(Counter counter) {
    counts.merge(counter, 1L, Long::sum);
  }

  synchronized long counted(Counter counter) {
    return counts.getOrDefault(counter, 0L);
  }

  /** Oldest first. */
  synchronized List<SeenRequest> all() {
    return List.copyOf(latest);
  }

  /** Oldest first. */
  synchronized List<SeenRequest> about(String outTradeNo) {
    return List.copyOf(byOrder.getOrDefault(outTradeNo, new ArrayDeque<>()));
  }

  private void forgetOldest() {
    String outTradeNo = latest.removeFirst().outTradeNo();
    byOrder.computeIfPresent(
        outTradeNo,
        (no, requests) -> {
          requests.removeFirst();
          return requests.isEmpty() ? null : requests;
        });
  }
}
