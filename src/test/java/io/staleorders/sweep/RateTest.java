package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.store.Databases;
import io.staleorders.store.RateStore;
import io.staleorders.testkit.MortalDataSource;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** One rate for all copies, with more calls waiting in each than it lets through. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RateTest {
  private static final int RATE = 50;
  private static final Duration TIME = Duration.ofSeconds(5);

  /** A call may come so late after its slot, and a busy machine may note it later still. */
  private static final Duration LATE = CallRate.LATEST.plusMillis(150);

  private final Shop shop = Shop.open();
  private final ConcurrentLinkedQueue<Long> calls = new ConcurrentLinkedQueue<>();

  /** Each copy alone would make as many. */
  @Test
  void twoCopiesTogetherNeverPassTheRate() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    try (HikariDataSource one = new MortalDataSource(shop.database()).pool();
        HikariDataSource other = new MortalDataSource(shop.database()).pool()) {
      long end = Ticker.after(TIME);
      threads.addAll(callUntil(end, copy(one)));
      threads.addAll(callUntil(end, copy(other)));
      for (Thread thread : threads) {
        thread.join();
      }
    }

    List<Long> at = calls.stream().sorted().toList();
    assertThat(mostWithin(Duration.ofSeconds(1), at)).isLessThanOrEqualTo(slotsIn(1));
    assertThat(mostWithin(TIME, at)).isLessThanOrEqualTo(slotsIn(5));
    assertThat(at).as("calls made at all").hasSizeGreaterThan(RATE);
  }

  private CallRate copy(HikariDataSource pool) {
    return new CallRate(
        new RateStore(Databases.jdbi(pool), RATE),
        RATE,
        new DatabaseWatch(() -> {}),
        () -> paused -> {});
  }

  private List<Thread> callUntil(long end, CallRate rate) {
    return IntStream.range(0, RATE / 2)
        .mapToObj(
            i ->
                Thread.ofVirtual()
                    .start(
                        () -> {
                          while (!Ticker.isOver(end)) {
                            assertThat(rate.take()).isTrue();
                            calls.add(Ticker.now());
                          }
                        }))
        .toList();
  }

  private static int slotsIn(int seconds) {
    return (int) Math.ceil(RATE * (seconds + LATE.toMillis() / 1_000.0));
  }

  private static int mostWithin(Duration time, List<Long> calls) {
    int most = 0;
    int end = 0;
    for (int begin = 0; begin < calls.size(); begin++) {
      while (end < calls.size() && calls.get(end) - calls.get(begin) < time.toNanos()) {
        end++;
      }
      most = Math.max(most, end - begin);
    }
    return most;
  }
}
