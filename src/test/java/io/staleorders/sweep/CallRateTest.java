package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.store.Databases;
import io.staleorders.store.RateStore;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots of the shared rate, as one copy takes them. */
class CallRateTest {
  /** At ten calls a second, the later one of two by nothing and the other as late as may be. */
  private static final Duration CLOSEST = Duration.ofMillis(100).minus(CallRate.LATEST);

  private final Shop shop = Shop.open();

  @Test
  void slotIsUsedOfTheAnswerThatReservedIt() {
    Slow database = new Slow(0, Duration.ZERO);

    assertThat(rate(database).take()).isTrue();

    assertThat(database.answers).hasValue(1);
  }

  /** By as much as the answer took, a call is later, and would be nearer to the next. */
  @ParameterizedTest
  @CsvSource({"1, 40", "1, 90", "1, 150", "1, 500", "2, 40", "2, 90", "3, 150"})
  void callsKeepTheirDistancesHoweverSlowAnAnswerIs(int which, int millis) {
    CallRate rate = rate(new Slow(which, Duration.ofMillis(millis)));
    assertThat(rate.take()).isTrue();
    long last = Ticker.now();

    for (int call = 1; call < 6; call++) {
      assertThat(rate.take()).isTrue();
      assertThat(Ticker.since(last)).as("after call %d", call).isGreaterThan(CLOSEST);
      last = Ticker.now();
    }
  }

  /** As at a stop: whoever waits leaves the rest of the rate to other copies. */
  @Test
  void slotThatIsNotWantedAnyMoreIsNotTaken() {
    Slow database = new Slow(0, Duration.ZERO);
    CallRate rate = rate(database);
    assertThat(rate.take()).isTrue();
    AtomicInteger asked = new AtomicInteger();

    assertThat(rate.take(() -> asked.incrementAndGet() == 1, () -> true)).isFalse();

    assertThat(database.answers).hasValue(1);
  }

  /** As after SIGSTOP and SIGCONT: the slots are of a time that is past. */
  @Test
  void slotsThatAnAnswerBringsTooLateAreNotUsed() {
    Slow database = new Slow(1, Duration.ofMillis(1_100));

    assertThat(rate(database).take()).isTrue();

    assertThat(database.answers).hasValue(2);
  }

  /** Known from the first answer is when the database's clock reads what. */
  @Test
  void slotsThatPassedWhileTheDatabaseWasAskedAreNotUsed() {
    Slow database = new Slow(2, Duration.ofMillis(500));
    CallRate rate = rate(database);
    assertThat(rate.take()).isTrue();

    assertThat(rate.take()).isTrue();

    assertThat(database.answers).hasValue(3);
  }

  /** However late each call is within what is allowed. */
  @ParameterizedTest
  @ValueSource(doubles = {1, 20, 50, 333.3, 2_000})
  void slotsOfTheRateTakeLongerThanASecondAndTheLatestCall(double rate) {
    Duration space = new RateStore(shop.jdbi(), rate).reserve(1, Duration.ofMillis(200)).space();

    assertThat(1e-9 * space.toNanos() * rate)
        .as("seconds")
        .isGreaterThan(1 + CallRate.LATEST.toMillis() / 1_000.0);
  }

  private CallRate rate(Slow database) {
    return new CallRate(
        new RateStore(Databases.jdbi(Tap.on(shop.database().dataSource(), database)), 10),
        10,
        new DatabaseWatch(() -> {}),
        () -> paused -> {});
  }

  /** One of whose answers comes late. */
  private static final class Slow implements Tap.Listener {
    private final AtomicInteger answers = new AtomicInteger();
    private final int which;
    private final Duration by;

    /**
     * @param which counted from one
     */
    Slow(int which, Duration by) {
      this.which = which;
      this.by = by;
    }

    @Override
    public void before(String sql) {}

    @Override
    public void after(String sql) {
      if (!sql.contains("call_rate")) {
        return;
      }
      int answer = answers.incrementAndGet();
      long end = Ticker.after(answer == which ? by : Duration.ZERO);
      while (!Ticker.isOver(end)) {
        LockSupport.parkNanos(Ticker.until(end).toNanos());
      }
    }
  }
}
