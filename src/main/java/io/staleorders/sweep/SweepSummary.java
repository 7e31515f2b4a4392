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

  /** Before anything was done. */
  public static final SweepSummary NOTHING = new SweepSummary(0, 0, 0, 0, 0, 0, 0, 0);

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

  /** What came after {@code before}. */
  SweepSummary minus(SweepSummary before) {
    return new SweepSummary(
        claimed - before.claimed,
        closed - before.closed,
        paid - before.paid,
        notFound - before.notFound,
        retried - before.retried,
        abandoned - before.abandoned,
        superseded - before.superseded,
        calls - before.calls);
  }

  /** Orders of which something has become. */
  public long orders() {
    return closed + paid + notFound + retried + abandoned + superseded;
  }
}
