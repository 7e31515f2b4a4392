package io.staleorders.simulation;

import io.staleorders.sandbox.Facts;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.Operation;
import io.staleorders.sandbox.SeenRequest;
import io.staleorders.simulation.HostileShop.Hostility;
import io.staleorders.simulation.OtherCopy.Grief;
import io.staleorders.sweep.Sweep;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.TableSettings;
import io.staleorders.testkit.Tap;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Some thousands of orders, payers who pay in between, a WeChat Pay that misbehaves in every way,
 * instances of the service that are killed or frozen, and a shop whose rows are hostile, until
 * nothing is open any more.
 */
final class Simulation implements AutoCloseable {
  private static final String[] SUB_MCHIDS = {"1900000109", "1900000110", "1900000111"};
  private static final int ROUNDS = 12;
  private static final int ROUNDS_WITH_NEW_ORDERS = 6;
  private static final int MOST_ROUNDS_AFTERWARDS = 400;
  private static final Duration LEASE = Duration.ofSeconds(8);

  private final Rig rig = Rig.open();
  private final Chance chance;
  private final Random course;
  private final int orders;
  private final Map<String, NavigableMap<Instant, Instant>> created = new ConcurrentHashMap<>();
  private final Set<String> shopKnowsPaid = ConcurrentHashMap.newKeySet();
  private final Set<String> paidAfterClosedHere = ConcurrentHashMap.newKeySet();
  private final Map<String, Set<Integer>> queriesWhenPaid = new ConcurrentHashMap<>();
  private final HostileShop hostile;
  private final List<Thread> funerals = new ArrayList<>();
  private volatile Optional<OtherCopy> other = Optional.empty();
  private final Sweep survivor;
  private int moved;
  private int griefsInTheMiddle;

  Simulation(long seed, int orders) {
    this.chance = new Chance(seed);
    this.course = chance.course();
    this.orders = orders;
    this.hostile = new HostileShop(rig.shop(), chance);
    rig.restart(
        Options.defaults()
            .confirm(chance.confirms())
            .notFound(chance.notFoundRule())
            .closeRate(2_000)
            .callTimeout(Duration.ofSeconds(1))
            .lease(LEASE)
            .table(
                chance.marksPaid()
                    ? TableSettings.defaults().paid(HostileShop.PAID_STATUS)
                    : TableSettings.defaults())
            .grace(Duration.ofMillis(500)));
    this.survivor = rig.copy("copy-1", Tap.on(rig.pool(), new ShopCancels()));
  }

  /** Runs until nothing is open; what was promised can be looked up afterwards. */
  Simulation run() {
    rig.sandbox().faults().script(this::onRequest);
    for (int round = 0; round < ROUNDS; round++) {
      takeOrders(round);
      if (round % 3 == 2) {
        hostile.hold(created.keySet(), round == 5 ? Integer.MAX_VALUE : course.nextInt(1, 60));
      }
      sweepBesideAnotherCopy();
      hostile.release();
      hostile.between(created.keySet(), round);
      moveTimes(round);
      rig.advance(Duration.ofSeconds(course.nextInt(20, 1_200)));
    }
    rig.sandbox().faults().clear();
    for (int i = 0; isAnythingOpen() && i < MOST_ROUNDS_AFTERWARDS; i++) {
      rig.advance(i < 8 ? Duration.ofMinutes(31) : Duration.ofHours(15));
      survivor.run();
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

  /** Orders that the shop itself cancelled. */
  Set<String> cancelled() {
    return hostile.cancelled();
  }

  /** Orders whose rows the shop deleted. */
  Set<String> deleted() {
    return hostile.deleted();
  }

  /** All orders that there ever were. */
  Set<String> numbers() {
    return created.keySet();
  }

  /** Whether nothing that the shop did can have kept the service from writing the order's row. */
  boolean isWritable(String outTradeNo) {
    return chance.hostility(outTradeNo) == Hostility.NONE;
  }

  /** Whether {@code ORDERS_PAID_STATUS} is set. */
  boolean marksPaid() {
    return chance.marksPaid();
  }

  /** {@code Request-ID}s of the replies that said truly that an order is paid. */
  Set<String> saidPaid(String outTradeNo) {
    List<SeenRequest> requests = rig.sandbox().requests(outTradeNo);
    Set<String> said = new TreeSet<>();
    for (int nth : queriesWhenPaid.getOrDefault(outTradeNo, Set.of())) {
      if (nth <= requests.size() && saysState(requests.get(nth - 1))) {
        said.add(requests.get(nth - 1).requestId());
      }
    }
    return said;
  }

  private static boolean saysState(SeenRequest request) {
    return request.operation() == Operation.QUERY
        && request.status() == 200
        && request.misbehaviour().map(Misbehaviour::kind).orElse(Misbehaviour.Kind.ORDER)
            == Misbehaviour.Kind.ORDER;
  }

  /** Orders that somebody could pay although they were marked closed here. */
  Set<String> paidAfterClosedHere() {
    return paidAfterClosedHere;
  }

  /** When an order had been made, as its row said at a moment. */
  Instant createdAt(String outTradeNo, Instant asOf) {
    return created.get(outTradeNo).lowerEntry(asOf).getValue();
  }

  /** How often an order's time was moved on. */
  int moved() {
    return moved;
  }

  /** How many copies came to grief that had claimed orders. */
  int griefs() {
    return griefsInTheMiddle;
  }

  /** Whether a 204 alone is not enough. */
  boolean confirms() {
    return chance.confirms();
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

  /** Half of the orders are there at the start; the others come later, all with a past. */
  private void takeOrders(int round) {
    for (int i = 0; i < orders; i++) {
      boolean later = i % 2 == 1;
      int comesIn = later ? 1 + i / 2 % (ROUNDS_WITH_NEW_ORDERS - 1) : 0;
      if (comesIn == round) {
        String outTradeNo = "%s-%05d".formatted(chance.kind(i), i);
        Duration age = Duration.ofMinutes(chance.ageInMinutes(i));
        rig.shop().order(outTradeNo, age, SUB_MCHIDS[i % SUB_MCHIDS.length], "NOTPAY");
        created.put(outTradeNo, new TreeMap<>(Map.of(Instant.EPOCH, rig.shop().now().minus(age))));
        hostile.came(outTradeNo);
      }
    }
  }

  /** Two copies sweep at once; one of them comes to grief in the middle. */
  private void sweepBesideAnotherCopy() {
    Grief grief = course.nextInt(3) == 0 ? Grief.FREEZES : Grief.DIES;
    OtherCopy copy = new OtherCopy(rig, grief, course.nextInt(10, 400));
    other = Optional.of(copy);
    if (copy.awaitFirstCall()) {
      griefsInTheMiddle++;
    }
    survivor.run();
    copy.strike();
    if (grief == Grief.FREEZES) {
      rig.advance(LEASE.plusSeconds(1));
      copy.thawAfter(course.nextInt(1, 60));
      survivor.run();
      copy.thaw();
    }
    copy.awaitEnd();
    funerals.add(copy.bury());
  }

  /**
   * The payer begins anew, and the shop moves the order's time on. Not while a call may be under
   * way, which would be one too early for no fault of the service's.
   */
  private void moveTimes(int round) {
    funerals.subList(0, funerals.size() - 1).forEach(Simulation::join);
    for (String outTradeNo : new TreeSet<>(created.keySet())) {
      if (chance.beginsAnew(outTradeNo, round) && moveTime(outTradeNo)) {
        created.get(outTradeNo).put(rig.shop().now(), rig.shop().now());
        moved++;
      }
    }
  }

  private boolean moveTime(String outTradeNo) {
    return rig.shop()
            .jdbi()
            .withHandle(
                handle ->
                    handle.execute(
                        "UPDATE orders o SET created_at = now FROM testkit.clock"
                            + " WHERE o.out_trade_no = ? AND o.status = 'NOTPAY' AND NOT EXISTS"
                            + " (SELECT FROM order_closer.order_close c"
                            + " WHERE c.out_trade_no = o.out_trade_no AND c.claim_id IS NOT NULL)",
                        outTradeNo))
        > 0;
  }

  private Optional<Misbehaviour> onRequest(Facts facts) {
    other.ifPresent(OtherCopy::onRequest);
    if (facts.outTradeNo().isEmpty()) {
      return Optional.empty();
    }
    String outTradeNo = facts.outTradeNo().get();
    if (chance.pays(outTradeNo, facts.nth())) {
      pay(outTradeNo, facts);
    }
    if (facts.operation() == Operation.QUERY && rig.sandbox().state(outTradeNo).isPaid()) {
      queriesWhenPaid
          .computeIfAbsent(outTradeNo, no -> ConcurrentHashMap.newKeySet())
          .add(facts.nth());
    }
    hostile.onRequest(outTradeNo, facts.nth());
    return chance.trouble(outTradeNo, facts.nth());
  }

  private void pay(String outTradeNo, Facts facts) {
    rig.sandbox().place(outTradeNo, facts.subMchid().orElseThrow());
    if (!rig.sandbox().pay(outTradeNo)) {
      return;
    }
    if (rig.shop().count("orders WHERE status = 'CLOSED' AND out_trade_no = '" + outTradeNo + "'")
        > 0) {
      paidAfterClosedHere.add(outTradeNo);
    }
    if (chance.shopHears(outTradeNo, facts.nth()) && hostile.hearsOfPayment(outTradeNo)) {
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

  @Override
  public void close() {
    funerals.forEach(Simulation::join);
    survivor.close();
    hostile.close();
    rig.close();
  }

  /** The shop cancels orders just as a result is about to be written into their rows. */
  private final class ShopCancels implements Tap.Listener {
    private static final String CANCEL =
        """
        UPDATE orders SET status = 'CANCELLED'
        WHERE id IN (SELECT o.id FROM orders o
                     JOIN order_closer.order_close c USING (out_trade_no)
                     WHERE o.status = 'NOTPAY' AND c.state = 'CLAIMED'
                     ORDER BY c.claimed_until, o.id
                     LIMIT 5
                     FOR UPDATE OF o SKIP LOCKED)
        RETURNING out_trade_no
        """;

    @Override
    public void before(String sql) {
      if (sql.startsWith("UPDATE \"orders\"") && hostile.cancelled().size() < orders / 8) {
        hostile
            .cancelled()
            .addAll(
                rig.shop()
                    .jdbi()
                    .withHandle(handle -> handle.createQuery(CANCEL).mapTo(String.class).list()));
      }
    }

    @Override
    public void after(String sql) {}
  }
}
