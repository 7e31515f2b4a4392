package io.staleorders.bench;

import java.util.Collection;

/** Medians and the like. */
final class Numbers {
  private Numbers() {}

  static double median(Collection<Double> values) {
    return quantile(values, 0.5);
  }

  /** The value below which so much of all lies; at 0.5 between the two in the middle. */
  static double quantile(Collection<Double> values, double part) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      throw new IllegalArgumentException("no values");
    }
    double place = part * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
