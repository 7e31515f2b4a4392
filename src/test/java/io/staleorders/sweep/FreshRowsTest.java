package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
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
      rig.restart(Options.defaults().closeRate(5).concurrency(1));
      shop.orders("WAITING-", 4, DUE, Shop.SUB_MCHID);
      AtomicReference<String> first = new AtomicReference<>("");
      rig.sandbox()
          .script(
              facts -> {
                if (first.compareAndSet("", facts.outTradeNo().orElseThrow())) {
                  shop.execute(
                      "UPDATE orders SET " + change + " WHERE out_trade_no <> ?", first.get());
                }
                return Optional.empty();
              });

      rig.sweep();

      assertThat(rig.sandbox().requests())
          .isNotEmpty()
          .allMatch(request -> request.outTradeNo().equals(first.get()));
    }
  }
}
