package io.staleorders.chaos;

import io.staleorders.sandbox.Facts;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.simulation.Chance;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Phaser;
import java.util.concurrent.locks.LockSupport;

/**
 * People who pay, at any moment and just as a request about their order comes, or cancel. Of most
 * payments the shop hears at once or a little later, and marks the order paid; of some it never
 * does. A cancelled order it marks at once.
 */
final class Payers {
  private static final int SOONER_PERCENT = 15;
  private static final int CANCEL_PERCENT = 10;

  private final Chance chance;
  private final Sandbox sandbox;
  private final Ledger ledger;
  private final Set<String> heard = ConcurrentHashMap.newKeySet();
  private final Set<String> unheard = ConcurrentHashMap.newKeySet();
  private final Phaser underWay = new Phaser(1);

  Payers(Chance chance, Sandbox sandbox, Ledger ledger) {
    this.chance = chance;
    this.sandbox = sandbox;
    this.ledger = ledger;
  }

  /** An order is there; perhaps it is paid or cancelled within the next seconds. */
  void ordered(String outTradeNo, String subMchid) {
    Duration in = Duration.ofMillis(120L * chance.percent(outTradeNo, "when"));
    if (chance.isPlain(outTradeNo) && chance.percent(outTradeNo, "sooner") < SOONER_PERCENT) {
      later(in, () -> pay(outTradeNo, subMchid, 0));
    }
    if (chance.percent(outTradeNo, "cancel") < CANCEL_PERCENT) {
      later(in, () -> ledger.cancel(outTradeNo));
    }
  }

  /** A request about an order is here; perhaps it is paid in this moment. */
  void asked(String outTradeNo, Facts facts) {
    if (chance.pays(outTradeNo, facts.nth())) {
      pay(outTradeNo, facts.subMchid().orElseThrow(), facts.nth());
    }
  }

  private void pay(String outTradeNo, String subMchid, int nth) {
    sandbox.place(outTradeNo, subMchid);
    if (!sandbox.pay(outTradeNo)) {
      return;
    }
    if (chance.shopHears(outTradeNo, nth)) {
      heard.add(outTradeNo);
      Duration in = Duration.ofMillis(15L * chance.percent(outTradeNo, "hears"));
      later(in, () -> ledger.markPaid(outTradeNo));
    } else {
      unheard.add(outTradeNo);
    }
  }

  /** Waits until all that was begun is done. */
  void finish() {
    underWay.arriveAndAwaitAdvance();
  }

  /** Orders that were paid, and that the shop marked paid. */
  Set<String> heard() {
    return Set.copyOf(heard);
  }

  /** Orders that were paid, of which the shop never heard. */
  Set<String> unheard() {
    return Set.copyOf(unheard);
  }

  private void later(Duration wait, Runnable what) {
    underWay.register();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                LockSupport.parkNanos(wait.toNanos());
                what.run();
              } finally {
                underWay.arriveAndDeregister();
              }
            });
  }
}
