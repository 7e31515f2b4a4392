package io.staleorders.sweep;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.DelayQueue;
import java.util.concurrent.Delayed;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Outcomes that wait to be recorded, on threads of their own, the longest due first. */
final class Lane {
  private final DelayQueue<Item> queue = new DelayQueue<>();
  private final int largest;
  private final Duration gather;
  private final BooleanSupplier moreWillCome;

  /** Throws nothing. */
  private final Consumer<List<Pending>> record;

  private final List<Thread> threads;
  private volatile boolean ending;

  private Lane(
      String name,
      int threads,
      int largest,
      Duration gather,
      BooleanSupplier moreWillCome,
      Consumer<List<Pending>> record) {
    this.largest = largest;
    this.gather = gather;
    this.moreWillCome = moreWillCome;
    this.record = record;
    this.threads =
        IntStream.range(0, threads)
            .mapToObj(i -> Thread.ofPlatform().name(name).daemon().start(this::run))
            .toList();
  }

  /**
   * One batch after another.
   *
   * @param largest most outcomes of a batch
   * @param gather how long the first of a batch waits for others
   * @param moreWillCome whether others are expected at all
   */
  static Lane ofBatches(
      String name,
      int largest,
      Duration gather,
      BooleanSupplier moreWillCome,
      Consumer<List<Pending>> record) {
    return new Lane(name, 1, largest, gather, moreWillCome, record);
  }

  /** One outcome at a time on each of some threads. */
  static Lane ofOnes(String name, int threads, Consumer<List<Pending>> record) {
    return new Lane(name, threads, 1, Duration.ZERO, () -> false, record);
  }

  private sealed interface Item extends Delayed {
    long notBefore();

    @Override
    default long getDelay(TimeUnit unit) {
      return unit.convert(Ticker.until(notBefore()));
    }

    @Override
    default int compareTo(Delayed other) {
      return Long.compare(getDelay(TimeUnit.NANOSECONDS), other.getDelay(TimeUnit.NANOSECONDS));
    }

    record Waiting(Pending pending, long notBefore) implements Item {}

    /** Only wakes a thread. */
    record Wake(long notBefore) implements Item {}
  }

  /** Takes an outcome to be recorded after {@code wait}. */
  void take(Pending pending, Duration wait) {
    queue.add(new Item.Waiting(pending, Ticker.after(wait)));
  }

  /** Records all that it has once more, without waiting, and ends, within the deadline. */
  void end(StopDeadline deadline) {
    ending = true;
    threads.forEach(thread -> queue.add(new Item.Wake(Ticker.now())));
    try {
      for (Thread thread : threads) {
        thread.join(deadline.toRecord());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!ending) {
        List<Pending> batch = gather();
        if (!batch.isEmpty()) {
          record.accept(batch);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (List<Pending> rest = rest(); !rest.isEmpty(); rest = rest()) {
      record.accept(rest);
    }
  }

  private List<Pending> gather() throws InterruptedException {
    List<Pending> batch = new ArrayList<>();
    Item next = queue.take();
    long end = Ticker.after(gather);
    while (next instanceof Item.Waiting waiting) {
      batch.add(waiting.pending());
      boolean waits = batch.size() < largest && moreWillCome.getAsBoolean();
      long left = waits ? Math.max(0, Ticker.until(end).toNanos()) : 0;
      next = batch.size() < largest ? queue.poll(left, TimeUnit.NANOSECONDS) : null;
    }
    return batch;
  }

  /** What is left, whether its time has come or not. */
  private List<Pending> rest() {
    List<Pending> rest = new ArrayList<>();
    for (Item item : queue) {
      if (rest.size() < largest && item instanceof Item.Waiting waiting && queue.remove(item)) {
        rest.add(waiting.pending());
      }
    }
    return rest;
  }
}
