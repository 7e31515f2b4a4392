package io.staleorders.simulation;

import io.staleorders.sandbox.Facts;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sweep.Sweep;
import io.staleorders.testkit.MortalDataSource;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Some thousands of orders, payers who pay in between, a WeChat Pay that misbehaves in every way,
 * and copies of the service that are killed and restarted, until nothing is open any more.
 */
final class Simulation implements AutoCloseable {
  private static final String[] SUB_MCHIDS = {"1900000109", "1900000110", "1900000111"};
  private static final int MOST_ROUNDS = 400;

  private final Rig rig = Rig.open();
  private final Chance chance;
  private final Random course;
  private final int orders;
  private final Set<String> shopKnowsPaid = ConcurrentHashMap.newKeySet();
  private final Set<String> paidAfterClosedHere = ConcurrentHashMap.newKeySet();
  private final AtomicInteger requestsToKill = new AtomicInteger(Integer.MAX_VALUE);
  private final List<Thread> funerals = new ArrayList<>();
  private volatile Optional<MortalDataSource> victim = Optional.empty();
  private int kills;
  private int rounds;

  Simulation(long seed, int orders) {
    this.chance = new Chance(seed);
    this.course = chance.course();
    this.orders = orders;
    rig.restart(Options.defaults().closeRate(2_000).callTimeout(Duration.ofSeconds(1)));
  }

  /** Runs until nothing is open; what was promised can be looked up afterwards. */
  Simulation run() {
    for (int i = 0; i < orders; i++) {
      rig.shop()
          .order(
              "%s-%05d".formatted(chance.kind(i), i),
              Duration.ofMinutes(course.nextInt(1, 60)),
              SUB_MCHIDS[i % SUB_MCHIDS.length],
              "NOTPAY");
    }
    rig.sandbox().faults().script(this::onRequest);
    for (int round = 0; round < 12; round++) {
      sweepAndPerhapsDie();
      rig.advance(Duration.ofSeconds(course.nextInt(20, 1_200)));
    }
    rig.sandbox().faults().clear();
    while (isAnythingOpen() && rounds < MOST_ROUNDS) {
      rig.advance(rounds < 8 ? Duration.ofMinutes(31) : Duration.ofHours(15));
      rig.sweep();
      rounds++;
    }
    return this;
  }

  Rig rig() {
    return rig;
  }

  /** Orders that the shop itself marked paid, because it heard of the payment. */
  Set<String> shopKnowsPaid() {
    return shopKnowsPaid;
  }

  /** Orders that somebody could pay although they were marked closed here. */
  Set<String> paidAfterClosedHere() {
    return paidAfterClosedHere;
  }

  int kills() {
    return kills;
  }

  boolean isAnythingOpen() {
    return rig.shop()
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        "SELECT EXISTS (SELECT FROM order_closer.order_close"
                            + " WHERE next_attempt_at IS NOT NULL)"
                            + " OR EXISTS (SELECT FROM orders WHERE status = 'NOTPAY' AND NOT EXISTS"
                            + " (SELECT FROM order_closer.order_close c"
                            + " WHERE c.out_trade_no = orders.out_trade_no))")
                    .mapTo(Boolean.class)
                    .one());
  }

  /** Two copies sweep at once; one of them dies in the middle. */
  private void sweepAndPerhapsDie() {
    MortalDataSource mortal = new MortalDataSource(rig.shop().database());
    Sweep dying = rig.copy("copy-2", mortal.pool());
    victim = Optional.of(mortal);
    requestsToKill.set(course.nextInt(10, 400));
    Thread other = Thread.ofPlatform().start(dying::run);
    rig.sweep();
    mortal.kill();
    kills++;
    join(other);
    funerals.add(Thread.ofVirtual().start(dying::close));
  }

  private Optional<Misbehaviour> onRequest(Facts facts) {
    if (requestsToKill.decrementAndGet() == 0) {
      victim.ifPresent(MortalDataSource::kill);
    }
    if (facts.outTradeNo().isEmpty()) {
      return Optional.empty();
    }
    String outTradeNo = facts.outTradeNo().get();
    if (chance.pays(outTradeNo, facts.nth())) {
      pay(outTradeNo, facts);
    }
    return chance.trouble(outTradeNo, facts.nth());
  }

  private void pay(String outTradeNo, Facts facts) {
    rig.sandbox().place(outTradeNo, facts.subMchid().orElseThrow());
    if (!rig.sandbox().pay(outTradeNo)) {
      return;
    }
    if (rig.shop().status(outTradeNo).equals("CLOSED")) {
      paidAfterClosedHere.add(outTradeNo);
    }
    if (chance.shopHears(outTradeNo, facts.nth())) {
      rig.shop().setStatus(outTradeNo, "SUCCESS");
      shopKnowsPaid.add(outTradeNo);
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** The moment by everybody's clock. */
  Instant now() {
    return rig.shop().now();
  }

  @Override
  public void close() {
    funerals.forEach(Simulation::join);
    rig.close();
  }
}
