package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Rig;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SweepTest {
  private final Rig rig = Rig.open();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void dueOrdersAreClosedAtWechatPayAndThenHere() {
    for (int i = 0; i < 30; i++) {
      rig.shop().order("ORDER-" + i, Duration.ofMinutes(20));
    }
    rig.shop().order("YOUNG-1", Duration.ofMinutes(14));

    rig.sweep();

    assertThat(rig.shop().states()).hasSize(30).values().containsOnly("CLOSED");
    assertThat(rig.shop().status("ORDER-7")).isEqualTo("CLOSED");
    assertThat(rig.shop().status("YOUNG-1")).isEqualTo("NOTPAY");
    assertThat(rig.sandbox().requests("YOUNG-1")).isEmpty();
    assertThat(rig.sandbox().requests("ORDER-7")).hasSize(2);
  }

  @Test
  void paidOrderIsNeverMarkedClosed() {
    rig.shop().order("PAID-0001", Duration.ofMinutes(20));

    rig.sweep();

    assertThat(rig.shop().status("PAID-0001")).isEqualTo("NOTPAY");
    assertThat(rig.shop().row("PAID-0001")).containsEntry("state", "PAID");
  }
}
