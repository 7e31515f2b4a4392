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

/** Slots of the shared rate, as one copy takes them. */
class CallRateTest {
  private final Shop shop = Shop.open();

  @Test
  void slotIsUsedOfTheAnswerThatReservedIt() {
    Slow database = new Slow(0);

    assertThat(rate(database).take()).isTrue();

    assertThat(database.answers).hasValue(1);
  }

  /** As after SIGSTOP and SIGCONT: the slots are of a time that is past. */
  @Test
  void slotsThatAnAnswerBringsTooLateAreNotUsed() {
    Slow database = new Slow(1);

    assertThat(rate(database).take()).isTrue();

    assertThat(database.answers).hasValue(2);
  }

  private CallRate rate(Slow database) {
    return new CallRate(
        new RateStore(Databases.jdbi(Tap.on(shop.database().dataSource(), database)), 10),
        10,
        new DatabaseWatch(() -> {}),
        paused -> {});
  }

  /** Some of whose answers come more than a second late. */
  private static final class Slow implements Tap.Listener {
    private final AtomicInteger answers = new AtomicInteger();
    private final int late;

    Slow(int late) {
      this.late = late;
    }

    @Override
    public void before(String sql) {}

    @Override
    public void after(String sql) {
      long end = Ticker.after(Duration.ofMillis(1_100));
      while (answers.get() < late && !Ticker.isOver(end)) {
        LockSupport.parkNanos(Ticker.until(end).toNanos());
      }
      answers.incrementAndGet();
    }
  }
}
