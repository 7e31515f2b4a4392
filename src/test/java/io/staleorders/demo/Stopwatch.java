package io.staleorders.demo;

import java.time.Duration;

/** Time that passes, whatever the clocks say. */
record Stopwatch(long startedNanos) {
  static Stopwatch start() {
    return new Stopwatch(System.nanoTime());
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startedNanos);
  }

  boolean isOver(Duration limit) {
    return elapsed().compareTo(limit) >= 0;
  }
}
