package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.order.Event;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * The server ends all connections of a copy at every statement of a sweep in turn, just before it
 * is executed or just after, so that the copy does not learn its result. The same copy goes on.
 */
class LostConnectionTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final Duration FULL_SCAN_INTERVAL = Duration.ofMinutes(10);
  private static final String DEAD = "1900000999";
  private static final int LANES = 6;
  private static final int ROUNDS = 5;

  /** Statements of a sweep, and those until a copy believes the database again: some a second. */
  private static final int STATEMENTS_UNTIL_DONE = 800;

  private final AtomicInteger world = new AtomicInteger();

  @Test
  void nothingIsLostWhateverStatementTheConnectionBreaksAt() {
    List<String> points = new ArrayList<>();
    try (Rig rig = Rig.open()) {
      points.addAll(drive(rig, Optional.empty()));
    }
    assertThat(points).hasSizeGreaterThan(40);

    Queue<String> queue = new ConcurrentLinkedQueue<>(points);
    try (Events events = Events.open()) {
      List<CompletableFuture<Void>> lanes = new ArrayList<>();
      for (int lane = 0; lane < LANES; lane++) {
        lanes.add(CompletableFuture.runAsync(() -> driveAll(queue), Thread::startVirtualThread));
      }
      lanes.forEach(CompletableFuture::join);

      // Once each, and not once a try. Where the machine is so busy that one of the connections is
      // found dead more than a second after the others, that is an outage of its own.
      int unavailable = events.of(Event.DATABASE_UNAVAILABLE).size();
      // A statement over the shop's rows is tried again at once where another connection works.
      assertThat(unavailable).isBetween(points.size() / 2, points.size() * 5 / 4);
      assertThat(events.of(Event.DATABASE_RECOVERED)).hasSize(unavailable);
      assertThat(events.messages()).noneMatch(message -> message.contains("not foreseen"));
    }
  }

  private void driveAll(Queue<String> points) {
    try (Rig rig = Rig.open()) {
      for (String point = points.poll(); point != null; point = points.poll()) {
        drive(rig, Optional.of(point));
      }
    }
  }

  /**
   * Lets a copy see to orders of every kind, and breaks its connections once.
   *
   * @return all points that it came by
   */
  private Set<String> drive(Rig rig, Optional<String> breakAt) {
    Shop shop = rig.shop();
    String no = "-" + world.incrementAndGet();
    List<String> closes = List.of("ORDER" + no, "AGAIN" + no, "LATER" + no);
    closes.forEach(number -> shop.order(number, DUE));
    shop.order("PAID" + no, DUE);
    shop.order("ABSENT" + no, DUE);
    shop.order("DEAD" + no, DUE, DEAD, "NOTPAY");
    shop.order("no number" + no, DUE);
    rig.sandbox().faults().subMerchant(DEAD, Optional.of(Misbehaviour.NO_AUTH));

    Breaking breaking = new Breaking(shop, breakAt);
    try (Sweep copy = rig.copy("copy-1", Tap.on(rig.pool(), breaking))) {
      run(copy, breaking);
      rig.sandbox().faults().subMerchant(DEAD, Optional.empty());
      if (shop.status("AGAIN" + no).equals("CLOSED")) {
        shop.setStatus("AGAIN" + no, "NOTPAY");
      }
      for (int i = 0; i < ROUNDS && (i == 0 || isOpen(shop)); i++) {
        rig.advance(FULL_SCAN_INTERVAL);
        run(copy, breaking);
      }
    }

    String point = breakAt.orElse("none");
    assertThat(breaking.broken).as(point).isEqualTo(breakAt.isPresent());
    for (String number : closes) {
      assertThat(shop.status(number)).as(point).isEqualTo("CLOSED");
      assertThat(shop.row(number)).as(point).containsEntry("state", "CLOSED");
      assertThat(rig.sandbox().requests(number).size()).as(point).isBetween(2, 6);
    }
    assertThat(shop.status("DEAD" + no)).as(point).isEqualTo("CLOSED");
    assertThat(shop.count("order_closer.pause")).as(point).isZero();
    assertThat(shop.status("PAID" + no)).as(point).isEqualTo("NOTPAY");
    assertThat(shop.row("PAID" + no)).as(point).containsEntry("state", "PAID");
    assertThat(shop.status("ABSENT" + no)).as(point).isEqualTo("CLOSED");
    assertThat(shop.row("ABSENT" + no)).as(point).containsEntry("state", "NOT_FOUND");
    assertThat(shop.row("no number" + no)).as(point).containsEntry("state", "ABANDONED");
    return breaking.points;
  }

  private static boolean isOpen(Shop shop) {
    return shop.count("order_closer.order_close WHERE resolved_at IS NULL") > 0
        || shop.count("orders WHERE status = 'NOTPAY' AND out_trade_no LIKE 'AGAIN%'") > 0;
  }

  /** As the schedule does it: again and again until the database is back and nothing is due. */
  private static void run(Sweep copy, Breaking breaking) {
    await()
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              copy.run();
              return copy.mayCall();
            });
    assertThat(breaking.statements.getAndSet(0)).isLessThan(STATEMENTS_UNTIL_DONE);
    copy.run();
  }

  /** Ends all connections of the copy's pool once, at its point. */
  private static final class Breaking implements Tap.Listener {
    private static final String END_ALL =
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND application_name LIKE 'stale-order-closer%'";

    private final Shop shop;
    private final Optional<String> breakAt;
    private final Set<String> points = ConcurrentHashMap.newKeySet();
    private final AtomicInteger statements = new AtomicInteger();
    private final AtomicBoolean once = new AtomicBoolean();
    private volatile boolean broken;

    Breaking(Shop shop, Optional<String> breakAt) {
      this.shop = shop;
      this.breakAt = breakAt;
    }

    @Override
    public void before(String sql) {
      if (broken) {
        statements.incrementAndGet();
      }
      breakIfAt("before " + sql);
    }

    @Override
    public void after(String sql) throws SQLException {
      if (breakIfAt("after " + sql)) {
        throw new SQLException("the connection is gone", "08006");
      }
    }

    private boolean breakIfAt(String point) {
      points.add(point);
      if (!breakAt.filter(point::equals).isPresent() || !once.compareAndSet(false, true)) {
        return false;
      }
      broken = true;
      shop.text("SELECT count(*) FROM (%s) AS ended".formatted(END_ALL));
      return true;
    }
  }
}
