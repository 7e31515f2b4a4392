package io.staleorders.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.chaos.Ledger.Fate;
import io.staleorders.chaos.SeenCalls.Call;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.testkit.Acceptance;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.Postgres;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several copies, each a process of its own, share one database. */
@Acceptance
class CopiesTest {
  private static final Duration DUE = ServiceSettings.CLOSE_DELAY.plusSeconds(60);

  private static final String CALLS_RECORDED =
      """
      SELECT split_part(host, ':', 1) || ' ' || out_trade_no FROM order_closer.close_attempt
      """;

  private final Database database = Postgres.freshDatabase();
  private final Sandbox sandbox = Sandbox.start();
  private final Ledger ledger = Ledger.open(database);
  private final SeenCalls calls = new SeenCalls(facts -> Optional.empty());
  private final Lateness lateness = Lateness.of(sandbox.baseUrl());
  private final List<Copy> copies = new ArrayList<>();
  private final List<String> orders = new ArrayList<>();
  private volatile boolean shopIsClosing;

  @TempDir private Path directory;

  @AfterEach
  void close() {
    copies.forEach(Copy::kill);
    lateness.close();
    sandbox.close();
    ledger.close();
  }

  /**
   * One copy is killed, and one frozen and replaced under the same INSTANCE_ID: while each has
   * calls under way. A third goes on; the frozen one awakes when all is done.
   */
  @Test
  void othersGoOnAtOnceAndTakeOverWhatTheDeadAndTheFrozenHadClaimed() {
    ServiceSettings settings =
        settings(Map.of("CLOSE_BATCH_SIZE", "10", "CLOSE_RATE", "80", "SWEEP_INTERVAL", "1s"));
    sandbox.faults().replyDelay(Duration.ofMillis(400));
    Copy dead = start(settings, "dead", "copy-1");
    Copy frozen = start(settings, "frozen", "copy-2");
    Copy third = start(settings, "third", "copy-3");
    await().until(() -> copies.stream().allMatch(Copy::isWorking));
    order(100);
    await().until(() -> copies.stream().allMatch(copy -> calls.by(copy.name()).size() > 5));

    frozen.freeze();
    dead.kill();
    Instant killedAt = Instant.now();
    start(settings, "replacement", frozen.instanceId());
    awaitAllClosed();

    assertThat(calls.by("third")).as("calls at once").anyMatch(soonAfter(killedAt));
    for (String lost : List.of("dead", "frozen")) {
      assertThat(ledger.texts(takenOverFrom(lost))).as("taken over from " + lost).isNotEmpty();
    }

    List<String> rows = ledger.texts(rows(orders));
    int callsBefore = calls.by("frozen").size();
    List<String> before = List.copyOf(orders);
    frozen.thaw();
    // Until it is seen to work again.
    await()
        .pollInterval(Duration.ofMillis(500))
        .until(
            () -> {
              order(10);
              return calls.by("frozen").size() > callsBefore + 5;
            });
    awaitAllClosed();

    assertThat(calls.by("frozen").subList(callsBefore, calls.by("frozen").size()))
        .as("calls once another had its orders")
        .noneMatch(call -> before.contains(call.outTradeNo()));
    assertThat(ledger.texts(rows(before))).isEqualTo(rows);
    assertThat(third.complaints()).isEmpty();
    assertPromisesHold();
  }

  @Test
  void rollingRestartLeavesNoGapAndNoCallUnrecorded() throws InterruptedException {
    ServiceSettings settings =
        settings(Map.of("WECHATPAY_TIMEOUT", "10s", "CLAIM_LEASE", "60s", "SHUTDOWN_GRACE", "20s"));
    Copy one = start(settings, "old-1", "copy-1");
    Copy two = start(settings, "old-2", "copy-2");
    await().until(() -> one.isWorking() && two.isWorking());
    Thread shop = Thread.ofPlatform().daemon().start(this::orderUntilClosing);

    for (Copy old : List.of(one, two)) {
      await().until(() -> calls.by(old.name()).size() > 5);
      Copy next = start(settings, old.name().replace("old", "new"), old.instanceId());
      await().until(next::isWorking);
      assertThat(old.stop()).as("stops by itself").isTrue();
      int callsBefore = calls.by(next.name()).size();
      await().until(() -> calls.by(next.name()).size() > callsBefore);
    }
    shopIsClosing = true;
    shop.join();
    awaitAllClosed();

    assertThat(ledger.texts(CALLS_RECORDED))
        .as("calls that were recorded: all, each by the copy that made it")
        .containsExactlyInAnyOrderElementsOf(
            calls.all().stream().map(call -> call.by() + " " + call.outTradeNo()).toList());
    assertThat(ledger.texts(takenOverFrom("old-1"))).as("left to its lease").isEmpty();
    assertThat(ledger.texts(takenOverFrom("old-2"))).as("left to its lease").isEmpty();
    assertPromisesHold();
  }

  private ServiceSettings settings(Map<String, String> changes) {
    sandbox.script(calls);
    return new ServiceSettings(database, sandbox, directory).with(changes);
  }

  private Copy start(ServiceSettings settings, String name, String instanceId) {
    Copy copy = Copy.start(name, instanceId, settings, line -> {});
    copies.add(copy);
    return copy;
  }

  private synchronized void order(int count) {
    List<String> more =
        IntStream.range(orders.size(), orders.size() + count)
            .mapToObj("PLAIN-%05d"::formatted)
            .toList();
    ledger.order(more, Collections.nCopies(count, "1900000109"), Collections.nCopies(count, DUE));
    orders.addAll(more);
  }

  private void orderUntilClosing() {
    while (!shopIsClosing) {
      order(5);
      LockSupport.parkNanos(Duration.ofMillis(500).toNanos());
    }
  }

  private static Predicate<Call> soonAfter(Instant moment) {
    return call ->
        call.at().isAfter(moment)
            && call.at().isBefore(moment.plus(ServiceSettings.LEASE.dividedBy(2)));
  }

  private void awaitAllClosed() {
    await().until(() -> ledger.open() == 0);
    assertThat(ledger.fates()).extracting(Fate::status).containsOnly("CLOSED");
    assertThat(ledger.fates()).extracting(Fate::state).containsOnly("CLOSED");
  }

  private void assertPromisesHold() {
    assertThat(
            Promises.broken(
                ledger,
                sandbox.orders().all(),
                Set.of(),
                new Promises.Seen(calls.all(), this::awakeSince, lateness)))
        .isEmpty();
  }

  private Instant awakeSince(String name, Instant at) {
    return copies.stream()
        .filter(copy -> copy.name().equals(name))
        .findFirst()
        .orElseThrow()
        .awakeSince(at);
  }

  private static ConditionFactory await() {
    return Awaitility.await().atMost(Duration.ofMinutes(3));
  }

  private static String takenOverFrom(String name) {
    return "SELECT out_trade_no FROM ledger.claim WHERE taken_over AND made_by = '" + name + "'";
  }

  private static String rows(List<String> outTradeNos) {
    return "SELECT to_jsonb(c)::text FROM order_closer.order_close c WHERE out_trade_no IN ('"
        + String.join("', '", outTradeNos)
        + "') ORDER BY out_trade_no";
  }
}
