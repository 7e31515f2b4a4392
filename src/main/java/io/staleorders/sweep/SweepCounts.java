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

  /** The counts since the last time, which begin anew. */
  SweepSummary take() {
    return new SweepSummary(
        claimed.sumThenReset(),
        closed.sumThenReset(),
        paid.sumThenReset(),
        notFound.sumThenReset(),
        retried.sumThenReset(),
        abandoned.sumThenReset(),
        superseded.sumThenReset(),
        calls.sumThenReset());
  }
}
