package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Event;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers whose signature does not hold, each in its own way. */
class UnverifiedAnswersTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  /** By what an order's number begins with, the fault that its answers have. */
  private static final Map<String, String> FAULTS =
      Map.of(
          "UNSIGNED", "MISSING_HEADERS",
          "NONONCE", "MISSING_HEADERS",
          "UNKNOWNSERIAL", "UNKNOWN_SERIAL",
          "WRONGSIGNATURE", "WRONG_SIGNATURE",
          "OTHERBODY", "WRONG_SIGNATURE",
          "SIGNTEST", "SIGNTEST",
          "STALE", "STALE_TIMESTAMP",
          "OTHERORDER", "ANOTHER_ORDER",
          "OTHERSUBMERCHANT", "ANOTHER_ORDER",
          "OTHERPROVIDER", "ANOTHER_ORDER");

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void noneIsBelievedAndTheLogSaysWhatIsWrongWithEach() {
    FAULTS.keySet().forEach(prefix -> shop.order(prefix + "-1", DUE));
    Map<String, Set<String>> said = new TreeMap<>();

    try (Events events = Events.open()) {
      rig.sweep();

      for (Map<String, String> line : events.of(Event.REPLY_UNVERIFIED)) {
        String prefix = line.getOrDefault("out_trade_no", "").replace("-1", "");
        said.computeIfAbsent(prefix, first -> new TreeSet<>()).add(line.getOrDefault("fault", ""));
      }
      // A stale answer alone blames no clock: two others would have to contradict ours.
      assertThat(events.of(Event.CLOCK_OFF)).isEmpty();
    }

    Map<String, Set<String>> expected = new TreeMap<>();
    FAULTS.forEach((prefix, fault) -> expected.put(prefix, Set.of(fault)));
    assertThat(said).isEqualTo(expected);
    assertThat(shop.states()).hasSize(FAULTS.size()).values().containsOnly("RETRY");
    assertThat(shop.count("orders WHERE status <> 'NOTPAY'")).isZero();
    assertThat(shop.count("order_closer.close_attempt WHERE verified AND operation = 'query'"))
        .isZero();
  }
}
