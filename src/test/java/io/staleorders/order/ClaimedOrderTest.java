package io.staleorders.order;

import static io.staleorders.order.Given.RETRY_FOR;
import static io.staleorders.order.Given.order;
import static io.staleorders.order.Given.tried;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import org.junit.jupiter.api.Test;

@Fast
class ClaimedOrderTest {
  @Test
  void attemptsAreCountedFromOneWhetherAnsweredOrNot() {
    assertThat(order().attempt()).isEqualTo(1);
    assertThat(order(tried(2, RETRY_FOR)).attempt()).isEqualTo(6);
  }
}
