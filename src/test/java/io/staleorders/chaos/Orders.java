package io.staleorders.chaos;

import io.staleorders.simulation.Chance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Orders that come without end: most are due at once, some long since, some in a few seconds. */
final class Orders {
  private static final String[] SUB_MCHIDS = {"1900000109", "1900000110", "1900000111"};
  private static final Duration TICK = Duration.ofMillis(500);
  private static final int EACH_TICK = 3;

  /** No more come while so many are open: on a slow machine the end would be far away. */
  private static final int MOST_OPEN = 400;

  private final Chance chance;
  private final Ledger ledger;
  private final Payers payers;
  private final Thread thread = Thread.ofPlatform().name("orders").daemon().unstarted(this::run);
  private volatile boolean ended;
  private int made;

  Orders(Chance chance, Ledger ledger, Payers payers) {
    this.chance = chance;
    this.ledger = ledger;
    this.payers = payers;
  }

  void begin() {
    thread.start();
  }

  /** No more come. */
  void end() {
    ended = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    while (!ended) {
      if (ledger.open() < MOST_OPEN) {
        some();
      }
      LockSupport.parkNanos(TICK.toNanos());
    }
  }

  private void some() {
    List<String> numbers = new ArrayList<>();
    List<String> subMchids = new ArrayList<>();
    List<Duration> ages = new ArrayList<>();
    for (int i = 0; i < EACH_TICK; i++, made++) {
      String number = "%s-%06d".formatted(chance.kind(made), made);
      numbers.add(number);
      subMchids.add(SUB_MCHIDS[made % SUB_MCHIDS.length]);
      ages.add(ServiceSettings.CLOSE_DELAY.plus(pastDue(chance.percent(number, "age"))));
    }
    ledger.order(numbers, subMchids, ages);
    for (int i = 0; i < numbers.size(); i++) {
      payers.ordered(numbers.get(i), subMchids.get(i));
    }
  }

  private static Duration pastDue(int percent) {
    if (percent < 50) {
      return Duration.ofSeconds(-percent / 5);
    }
    return percent < 90 ? Duration.ofSeconds(percent) : Duration.ofHours(percent);
  }
}
