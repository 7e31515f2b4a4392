package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A row that changes while its order waits for its turn is seen before the first request. */
class FreshRowsTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  @ParameterizedTest
  @ValueSource(strings = {"created_at = (SELECT now FROM testkit.clock)", "status = 'SUCCESS'"})
  void rowThatChangesWhileItsOrderWaitsIsNotClosedAsItWas(String change) {
    try (Rig rig = Rig.open()) {
      Shop shop = rig.shop();
      rig.restart(Options.defaults().closeRate(5).concurrency(2));
      shop.order("ORDER-1", Duration.ofHours(1));
      shop.orders("WAITING-", 3, DUE, Shop.SUB_MCHID);
      AtomicBoolean changed = new AtomicBoolean();
      rig.sandbox()
          .script(
              facts -> {
                if (facts.outTradeNo().orElse("").equals("ORDER-1")
                    && changed.compareAndSet(false, true)) {
                  shop.execute("UPDATE orders SET " + change + " WHERE out_trade_no = 'WAITING-2'");
                }
                return Optional.empty();
              });

      rig.sweep();

      assertThat(changed).isTrue();
      assertThat(rig.sandbox().requests("WAITING-2")).isEmpty();
      assertThat(shop.count("orders WHERE status = 'CLOSED'")).isGreaterThanOrEqualTo(3);
    }
  }
}
