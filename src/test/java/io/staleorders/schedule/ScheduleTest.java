package io.staleorders.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.sweep.StopDeadline;
import io.staleorders.sweep.Sweep;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.SettableClock;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The real Quartz scheduler, in real time. */
class ScheduleTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();
  private final SettableClock clock = new SettableClock(Instant.parse("2026-03-01T12:00:00Z"));
  private final Schedule schedule = Schedule.create(clock);

  @BeforeEach
  void inRealTime() {
    rig.restart(Options.defaults().inRealTime());
  }

  @AfterEach
  void close() {
    schedule.stop(StopDeadline.after(Duration.ofSeconds(10)));
    rig.close();
  }

  @Test
  void idleCopySendsOneCheapQueryAnInterval() {
    Duration interval = Duration.ofSeconds(1);
    rig.restart(Options.defaults().inRealTime().sweepInterval(interval));
    ConcurrentLinkedQueue<String> statements = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Long> ticks = new ConcurrentLinkedQueue<>();
    Tap.Listener listener =
        new Tap.Listener() {
          @Override
          public void before(String sql) {
            if (!sql.equals(Tap.COMMIT)) {
              statements.add(sql);
              ticks.add(System.nanoTime());
            }
          }

          @Override
          public void after(String sql) {}
        };
    try (Sweep idle = rig.copy("idle", Tap.on(rig.pool(), listener))) {
      idle.run();
      String look = statements.peek();
      statements.clear();
      ticks.clear();

      schedule.sweep(idle);
      schedule.start();
      await().atMost(LONG).until(() -> statements.size() >= 5);
      schedule.stopFiring();

      assertThat(statements).containsOnly(look);
      Duration ofFour = Duration.ofNanos(ticks.stream().skip(4).findFirst().get() - ticks.peek());
      assertThat(ofFour).isGreaterThan(interval.multipliedBy(4).minusMillis(200));
    }
  }

  @Test
  void callIsMadeWhenAnOrderFallsDueAndNotAtTheNextInterval() {
    ConcurrentLinkedQueue<Instant> calls = new ConcurrentLinkedQueue<>();
    rig.sandbox()
        .script(
            facts -> {
              calls.add(
                  Instant.parse(
                      shop.text("SELECT to_json(now() AT TIME ZONE 'UTC')#>>'{}'") + "Z"));
              return Optional.empty();
            });
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " VALUES ('ORDER-1', ?, now() - interval '15 minutes' + interval '3 seconds')",
        Shop.SUB_MCHID);

    schedule.sweep(rig.service());
    schedule.start();
    await().atMost(LONG).until(() -> shop.status("ORDER-1").equals("CLOSED"));

    Instant due =
        Instant.parse(
            shop.text(
                    "SELECT to_json((created_at + interval '15 minutes') AT TIME ZONE 'UTC')#>>'{}'"
                        + " FROM orders")
                + "Z");
    Duration late = Duration.between(due, calls.peek());
    // A machine that is busy may be late; the next interval would be half a minute late.
    assertThat(late).isBetween(Duration.ZERO, Duration.ofSeconds(15));
  }

  @Test
  void workIsDoneAgainAndAgainThoughItFails() {
    AtomicInteger times = new AtomicInteger();
    schedule.every(
        Duration.ofMillis(100),
        Duration.ZERO,
        "work",
        () -> {
          throw new IllegalStateException("for the " + times.incrementAndGet() + ". time");
        });

    schedule.start();

    await().atMost(LONG).until(() -> times.get() >= 3);
  }

  /** Quartz would wait until the clock has caught up. */
  @Test
  void nothingStallsWhenTheClockIsSetBack() {
    AtomicInteger times = new AtomicInteger();
    schedule.every(Duration.ofHours(1), Duration.ofHours(1), "work", times::incrementAndGet);
    schedule.start();
    assertThat(times).hasValue(0);

    clock.advance(Duration.ofMinutes(10).negated());

    await().atMost(LONG).until(() -> times.get() == 1);
  }
}
