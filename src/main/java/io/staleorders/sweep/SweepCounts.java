package io.staleorders.sweep;

import io.staleorders.order.Decision;
import io.staleorders.store.Outcome;
import java.util.concurrent.atomic.LongAdder;

/** What a sweep did, counted as it is recorded. */
final class SweepCounts {
  private final LongAdder claimed = new LongAdder();
  private final LongAdder closed = new LongAdder();
  private final LongAdder paid = new LongAdder();
  private final LongAdder notFound = new LongAdder();
  private final LongAdder retried = new LongAdder();
  private final LongAdder abandoned = new LongAdder();
  private final LongAdder superseded = new LongAdder();
  private final LongAdder calls = new LongAdder();
  private SweepSummary taken = SweepSummary.NOTHING;

  void claimed(int orders) {
    claimed.add(orders);
  }

  void abandoned(int orders) {
    abandoned.add(orders);
  }

  void recorded(Outcome outcome, Decision decision) {
    switch (decision) {
      case Decision.Closed one -> closed.increment();
      case Decision.Paid one -> paid.increment();
      case Decision.NotFound one -> notFound.increment();
      case Decision.Retry one -> retried.increment();
      case Decision.Abandoned one -> abandoned.increment();
      case Decision.Superseded one -> superseded.increment();
      case Decision.GiveBack one -> {}
    }
  }

  void called(int requests) {
    calls.add(requests);
  }

  /** All that was counted so far. */
  SweepSummary total() {
    return new SweepSummary(
        claimed.sum(),
        closed.sum(),
        paid.sum(),
        notFound.sum(),
        retried.sum(),
        abandoned.sum(),
        superseded.sum(),
        calls.sum());
  }

  /** What was counted since this was last asked. */
  synchronized SweepSummary take() {
    SweepSummary before = taken;
    taken = total();
    return taken.minus(before);
  }
}
