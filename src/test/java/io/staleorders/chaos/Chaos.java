package io.staleorders.chaos;

import static org.awaitility.Awaitility.await;

import io.staleorders.sandbox.Counter;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.simulation.Chance;
import io.staleorders.testkit.EmbeddedServer;
import io.staleorders.testkit.Postgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Copies of the service as processes, PostgreSQL and the sandbox, orders that come without end, and
 * faults by a plan; at the end all goes well until nothing is open.
 */
final class Chaos implements AutoCloseable {
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);

  private final Plan plan;
  private final Tally tally = new Tally();
  private final EmbeddedServer server = Postgres.ownServer();
  private final Sandbox sandbox = Sandbox.start();
  private final List<String> complaints = new ArrayList<>();
  private final Ledger ledger;
  private final Payers payers;
  private final Trouble trouble;
  private final SeenCalls calls;
  private final Copies copies;
  private final Lateness lateness;
  private final Orders orders;

  /**
   * @param directory where logs go, and files that copies need
   */
  Chaos(long seed, Plan.Size size, Path directory) throws IOException {
    Files.createDirectories(directory);
    Chance chance = new Chance(seed);
    plan = new Plan(seed, size);
    ledger = Ledger.open(server.database());
    payers = new Payers(chance, sandbox, ledger);
    trouble = new Trouble(chance, payers);
    calls = new SeenCalls(trouble);
    sandbox.script(calls);
    lateness = Lateness.of(sandbox.baseUrl());
    orders = new Orders(chance, ledger, payers);
    copies =
        new Copies(
            new ServiceSettings(server.database(), sandbox, directory),
            plan,
            tally,
            directory.resolve("copies.log"));
  }

  /** Runs it to its end; what was promised and not kept. */
  List<String> run() throws InterruptedException {
    long begun = System.nanoTime();
    orders.begin();
    while (!plan.isOver(since(begun), tally.kills())) {
      LockSupport.parkNanos(plan.pause().toNanos());
      Fault fault = plan.next();
      tally.count(fault);
      inflict(fault);
      complaints.addAll(copies.complaints());
    }
    tally.set("seconds under faults", since(begun).toSeconds());
    settle();
    copies.stopAll();
    tellWhatHappened();
    complaints.addAll(copies.logComplaints());
    Promises.Seen seen = new Promises.Seen(calls.all(), copies::awakeSince, lateness);
    complaints.addAll(Promises.broken(ledger, sandbox.orders().all(), payers.heard(), seen));
    holdRate(seen);
    return complaints;
  }

  /** How often each thing happened, as a table. */
  String table() {
    return tally.table();
  }

  private void inflict(Fault fault) {
    switch (fault) {
      case KILL -> copies.kill();
      case KILL_ALL -> copies.killAll();
      case FREEZE -> copies.freeze();
      case FREEZE_PAST_LEASE -> copies.freezePastLease();
      case TWIN -> copies.twin();
      case REPLACE -> copies.replace();
      case DATABASE_KILL -> {
        server.kill();
        startServerAgain();
      }
      case DATABASE_RESTART -> {
        server.stop();
        startServerAgain();
      }
      case OUTAGE -> {
        trouble.outage(true);
        LockSupport.parkNanos(plan.between(2_000, 4_000).toNanos());
        trouble.outage(false);
      }
    }
  }

  /** Until it does: meanwhile somebody else may have got its port. */
  private void startServerAgain() {
    LockSupport.parkNanos(plan.between(300, 2_500).toNanos());
    await("PostgreSQL starts")
        .atMost(Duration.ofMinutes(5))
        .pollInSameThread()
        .ignoreExceptions()
        .until(
            () -> {
              server.start();
              return true;
            });
  }

  /** All goes well from now on; nobody waits for long. */
  private void settle() {
    orders.end();
    trouble.end();
    payers.finish();
    copies.finish();
    long begun = System.nanoTime();
    while (ledger.open() > 0 && since(begun).compareTo(plan.timeToSettle()) < 0) {
      ledger.bringForward().forEach(late -> complaints.add("planned too late: " + late));
      LockSupport.parkNanos(BETWEEN_LOOKS.toNanos());
    }
  }

  private void holdRate(Promises.Seen seen) {
    // What leaves in time may arrive late on a busy machine.
    hold(seen, Duration.ofSeconds(1), Duration.ofMillis(500));
    hold(seen, Duration.ofSeconds(10), Duration.ofMillis(200));
    long counted = sandbox.count(Counter.CLOSES) + sandbox.count(Counter.QUERIES);
    if (counted != seen.calls().size()) {
      complaints.add(
          "the sandbox counted %d calls, of which %d are known"
              .formatted(counted, seen.calls().size()));
    }
  }

  private void hold(Promises.Seen seen, Duration within, Duration late) {
    int most = Promises.most(within, seen);
    long allowed = ServiceSettings.CLOSE_RATE * within.plus(late).toMillis() / 1_000;
    tally.set(
        "most calls in any %d s, at CLOSE_RATE=%d"
            .formatted(within.toSeconds(), ServiceSettings.CLOSE_RATE),
        most);
    if (most > allowed) {
      complaints.add("%d calls within %s".formatted(most, within));
    }
  }

  private void tellWhatHappened() {
    trouble.met().forEach((kind, times) -> tally.set(Trouble.text(kind), times));
    tally.set("payments that the shop heard of", payers.heard().size());
    tally.set("payments that the shop never heard of", payers.unheard().size());
    tally.set(
        "orders cancelled in the shop",
        ledger.number(
            "SELECT count(DISTINCT out_trade_no) FROM ledger.status_change WHERE after = 'CANCELLED'"));
    tally.set("orders", ledger.number("SELECT count(*) FROM orders"));
    tally.set("calls", calls.all().size());
    tally.set("claims", ledger.number("SELECT count(*) FROM ledger.claim"));
    tally.set(
        "claims taken over when their lease was over",
        ledger.number("SELECT count(*) FROM ledger.claim WHERE taken_over"));
    ledger.fates().stream()
        .map(fate -> fate.state() + (fate.reason().isEmpty() ? "" : " " + fate.reason()))
        .sorted(Comparator.naturalOrder())
        .forEach(end -> tally.count("orders that ended as " + end));
  }

  private static Duration since(long begun) {
    return Duration.ofNanos(System.nanoTime() - begun);
  }

  @Override
  public void close() {
    orders.end();
    copies.close();
    lateness.close();
    sandbox.close();
    ledger.close();
    server.close();
  }
}
