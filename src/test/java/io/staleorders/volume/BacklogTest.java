package io.staleorders.volume;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Acceptance;
import io.staleorders.testkit.CheapWechatProcess;
import io.staleorders.testkit.Database;
import io.staleorders.testkit.ServiceProcess;
import io.staleorders.testkit.Shop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A shop that has never closed an order: the whole backlog is due at once. {@code
 * -Dbacklog.orders=1000000} makes it a large one.
 */
@Acceptance
class BacklogTest {
  private static final int ORDERS = Integer.getInteger("backlog.orders", 10_000);
  private static final int LARGEST_HEAP_MIB = 64;

  /** What calls under way take, with all that the process consists of. */
  private static final long LIVE_AT_MOST_KIB = 48 * 1024;

  private final Shop shop = Shop.open();

  @Test
  void backlogDrainsInASmallHeapAtConstantMemory(@TempDir Path folder) throws Exception {
    fill();
    ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();
    List<Long> liveKib = new ArrayList<>();
    long begun = System.nanoTime();
    try (CheapWechatProcess wechat = CheapWechatProcess.start(Duration.ZERO);
        ServiceProcess once =
            ServiceProcess.start(settings(wechat, folder), jvmOptions(), "once", lines::add)) {
      while (once.isRunningAfter(Duration.ofMillis(100))) {
        long tenths = wechat.counts().closes() * 10 / ORDERS;
        if (tenths > liveKib.size() && tenths < 10) {
          long live = once.liveHeapKib();
          if (live == 0) {
            // It has ended meanwhile.
            break;
          }
          liveKib.add(live);
          System.out.printf(
              "%d of %d closed after %d s, %,d KiB live%n",
              wechat.counts().closes(), ORDERS, seconds(begun), liveKib.getLast());
        }
      }
      System.out.printf(
          "%,d orders in %d s, start of the JVM counted; live heap %,d to %,d KiB of %d MiB%n",
          ORDERS,
          seconds(begun),
          Collections.min(liveKib),
          Collections.max(liveKib),
          LARGEST_HEAP_MIB);
      assertThat(wechat.counts().closes()).as(() -> trouble(lines)).isEqualTo(ORDERS);
    }

    assertThat(shop.count("orders WHERE status = 'CLOSED'")).isEqualTo(ORDERS);
    assertThat(shop.count("order_closer.order_close WHERE state = 'CLOSED' AND attempts = 1"))
        .isEqualTo(ORDERS);
    assertThat(shop.count("order_closer.close_attempt")).isEqualTo(ORDERS);
    assertThat(liveKib).hasSizeGreaterThan(4).allMatch(kib -> kib > 0 && kib < LIVE_AT_MOST_KIB);
    int half = liveKib.size() / 2;
    assertThat(Collections.min(liveKib.subList(half, liveKib.size())))
        .as("the heap does not grow with what was done: %s", liveKib)
        .isLessThanOrEqualTo(Collections.max(liveKib.subList(0, half)));
  }

  private static String trouble(Collection<String> lines) {
    return lines.stream()
        .filter(line -> !line.contains("order_closed"))
        .collect(Collectors.joining("\n"));
  }

  private static long seconds(long begun) {
    return Duration.ofNanos(System.nanoTime() - begun).toSeconds();
  }

  private void fill() {
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at)"
            + " SELECT 'ORDER-' || i, '1900000109', now() - interval '20 min' - i * interval '20 ms'"
            + " FROM generate_series(1, ?) AS i",
        ORDERS);
    shop.execute("ANALYZE orders");
  }

  private static List<String> jvmOptions() {
    return List.of(
        "-Xmx" + LARGEST_HEAP_MIB + "m",
        "-XX:+ExitOnOutOfMemoryError",
        // It calls for longer than a test usually lets it.
        "-XX:TieredStopAtLevel=4");
  }

  /** One call an order: it is the orders that have to be many. */
  private Map<String, String> settings(CheapWechatProcess wechat, Path folder) {
    Database database = shop.database();
    Map<String, String> settings = new HashMap<>(wechat.settings());
    settings.put("DATABASE_URL", database.jdbcUrl());
    settings.put("DATABASE_USER", database.user());
    settings.put("DATABASE_PASSWORD", database.password());
    settings.put("CLOSE_CONFIRM", "false");
    settings.put("CLOSE_RATE", "2000");
    settings.put("HEALTH_FILE", folder.resolve("health").toString());
    return settings;
  }
}
