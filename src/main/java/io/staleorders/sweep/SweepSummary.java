package io.staleorders.sweep;

/**
 * What a sweep did, in orders, but for {@code calls}, which are requests to WeChat Pay.
 *
 * @param retried tried, and to be tried again
 */
public record SweepSummary(
    long claimed,
    long closed,
    long paid,
    long notFound,
    long retried,
    long abandoned,
    long superseded,
    long calls) {

  /** Whether anything was done at all. */
  public boolean isEmpty() {
    return claimed + abandoned == 0;
  }

  /** Both together. */
  public SweepSummary plus(SweepSummary other) {
    return new SweepSummary(
        claimed + other.claimed,
        closed + other.closed,
        paid + other.paid,
        notFound + other.notFound,
        retried + other.retried,
        abandoned + other.abandoned,
        superseded + other.superseded,
        calls + other.calls);
  }
}
