package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.TableSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Promise 3: no order is closed early, and none is lost, whatever clocks and zones do. */
class ClockTest {
  private static final Duration DELAY = Duration.ofMinutes(15);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  /** WeChat Pay's clock, the sandbox's, goes with this machine's: so that calls can be made. */
  @ParameterizedTest
  @ValueSource(ints = {-30, -5, 5, 30})
  void agesAreTheDatabasesWhateverThisMachinesClockSays(int hours) {
    rig.clock().advance(Duration.ofHours(hours));
    shop.order("YOUNG-1", DELAY.minusMillis(1));
    shop.order("DUE-001", DELAY);

    Duration wait = rig.sweep();

    assertThat(shop.status("DUE-001")).isEqualTo("CLOSED");
    assertThat(shop.states()).containsOnlyKeys("DUE-001");
    assertThat(wait).isEqualTo(Duration.ofMillis(1));
    shop.advance(Duration.ofMillis(1));
    rig.sweep();
    assertThat(shop.status("YOUNG-1")).isEqualTo("CLOSED");
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT1M", "PT30M", "PT48H"})
  void databaseClockThatIsSetBackLosesNoOrderAndClosesNoneEarly(Duration back) {
    shop.order("BEFORE-1", DELAY);
    shop.order("YOUNG-1", DELAY.minusMinutes(1));
    rig.sweep();
    assertThat(shop.states()).containsOnlyKeys("BEFORE-1");

    rig.advance(back.negated());
    shop.order("AFTER-1", Duration.ZERO);
    rig.sweep();
    assertThat(shop.states()).containsOnlyKeys("BEFORE-1");
    rig.advance(DELAY.minusMillis(1));
    rig.sweep();
    assertThat(rig.sandbox().requests("AFTER-1")).isEmpty();

    rig.advance(Duration.ofMillis(1));
    rig.sweep();
    assertThat(shop.status("AFTER-1")).isEqualTo("CLOSED");
    Duration untilYoung = back.plusMinutes(1).minus(DELAY);
    if (untilYoung.isPositive()) {
      rig.advance(untilYoung.minusMillis(1));
      rig.sweep();
      assertThat(rig.sandbox().requests("YOUNG-1")).isEmpty();
      rig.advance(Duration.ofMillis(1));
      rig.sweep();
    }
    assertThat(shop.status("YOUNG-1")).isEqualTo("CLOSED");
  }

  /** Without a full scan: another copy has seen to that an instant ago. */
  @Test
  void markThatIsAheadOfTheClockHidesNoOrder() {
    rig.sweep();
    shop.execute("UPDATE order_closer.scan SET mark = mark + interval '2 days'");
    shop.order("ORDER-1", DELAY);

    rig.sweep();

    assertThat(shop.status("ORDER-1")).isEqualTo("CLOSED");
    assertThat(shop.count("order_closer.scan, testkit.clock WHERE mark <= now")).isEqualTo(1);
  }

  @Test
  void orderFromTheFutureIsClosedWhenItIsOldEnoughAndOneWithoutATimeWhenItHasOne() {
    shop.execute("ALTER TABLE orders ALTER COLUMN created_at DROP NOT NULL");
    shop.execute("INSERT INTO orders (out_trade_no, sub_mchid) VALUES ('NO-TIME-1', '1900000109')");
    shop.order("FUTURE-1", Duration.ofHours(-1));

    rig.sweep();
    rig.advance(Duration.ofHours(1).plus(DELAY).minusMillis(1));
    rig.sweep();
    assertThat(rig.sandbox().requests()).isEmpty();

    rig.advance(Duration.ofMillis(1));
    rig.sweep();
    assertThat(shop.status("FUTURE-1")).isEqualTo("CLOSED");
    shop.execute(
        "UPDATE orders SET created_at = (SELECT now FROM testkit.clock)"
            + " WHERE out_trade_no = 'NO-TIME-1'");
    rig.advance(DELAY);
    rig.sweep();
    assertThat(shop.status("NO-TIME-1")).isEqualTo("CLOSED");
  }

  /**
   * A shop that writes its own wall clock into a {@code timestamp} column, through a change of its
   * zone's clocks. In the hour that comes twice nobody knows which one a time means: the later one
   * is taken, so that no order is closed early.
   */
  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, 2026-03-29T01:00:00Z",
    "Europe/Berlin, 2026-10-25T01:00:00Z",
    "America/New_York, 2026-03-08T07:00:00Z",
    "America/New_York, 2026-11-01T06:00:00Z"
  })
  void orderOfAShopWithoutZonesIsClosedOnTimeThroughAChangeOfItsClocks(
      String zoneId, Instant change) {
    ZoneId zone = ZoneId.of(zoneId);
    shop.execute("ALTER TABLE orders ALTER COLUMN created_at TYPE timestamp");
    rig.restart(Options.defaults().table(TableSettings.defaults().zone(zoneId)));
    setClock(change.minus(Duration.ofMinutes(80)));
    Map<String, Instant> dueAt = new LinkedHashMap<>();
    for (int i = 0; i < 26; i++) {
      if (i < 15) {
        String outTradeNo = "ORDER-" + i;
        LocalDateTime written = LocalDateTime.ofInstant(shop.now(), zone);
        insert(outTradeNo, written);
        Instant meant =
            ZonedDateTime.ofLocal(written, zone, null).withLaterOffsetAtOverlap().toInstant();
        assertThat(meant).isAfterOrEqualTo(shop.now());
        dueAt.put(outTradeNo, meant.plus(DELAY));
      }
      rig.sweep();
      Instant now = shop.now();
      assertThat(closed())
          .as("at %s, of %s", now, dueAt)
          .containsExactlyInAnyOrderElementsOf(
              dueAt.entrySet().stream()
                  .filter(order -> !order.getValue().isAfter(now))
                  .map(Map.Entry::getKey)
                  .toList());
      rig.advance(Duration.ofMinutes(11));
    }
    assertThat(closed()).hasSize(15);
  }

  private List<String> closed() {
    return shop.jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("SELECT out_trade_no FROM orders WHERE status = 'CLOSED'")
                    .mapTo(String.class)
                    .list());
  }

  private void setClock(Instant now) {
    shop.execute("UPDATE testkit.clock SET now = ?", now);
    rig.clock().set(now);
  }

  private void insert(String outTradeNo, LocalDateTime written) {
    shop.execute(
        "INSERT INTO orders (out_trade_no, sub_mchid, created_at) VALUES (?, ?, ?)",
        outTradeNo,
        Shop.SUB_MCHID,
        written);
  }
}
