package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.sandbox.Operation;
import io.staleorders.sandbox.PlatformCertificates.ListFault;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** WeChat Pay changes its certificates while the service runs. */
class CertificateRotationTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @BeforeEach
  void byCertificates() {
    rig.sandbox().signByCertificate(true);
    rig.restart(Options.defaults().byCertificates());
  }

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void ordersAreClosedBeforeDuringAndAfterAChange() {
    shop.order("ORDER-1", DUE);
    rig.sweep();
    rig.sandbox().certificates().rotate();
    rig.advance(Duration.ofMinutes(1));
    shop.order("ORDER-2", DUE);
    rig.sweep();
    rig.sandbox().certificates().retireOld();
    shop.order("ORDER-3", DUE);
    rig.sweep();

    for (int i = 1; i <= 3; i++) {
      assertThat(shop.status("ORDER-" + i)).isEqualTo("CLOSED");
      assertThat(rig.sandbox().requests("ORDER-" + i)).hasSize(2);
    }
    assertThat(downloads()).isEqualTo(2);
  }

  @Test
  void whileTheNewCertificateCannotBeHadNothingIsBelievedAndNothingIsLost() {
    shop.order("ORDER-1", DUE);
    rig.sweep();
    rig.sandbox().certificates().rotate();
    rig.sandbox().certificates().listFault(ListFault.OTHER_KEY);
    rig.advance(Duration.ofMinutes(1));
    shop.order("ORDER-2", DUE);
    rig.sweep();

    assertThat(shop.status("ORDER-2")).isEqualTo("NOTPAY");
    assertThat(shop.row("ORDER-2"))
        .containsEntry("state", "RETRY")
        .containsEntry("reason", "UNVERIFIED")
        .containsEntry("answered", "0");

    rig.sandbox().certificates().listFault(ListFault.NONE);
    rig.advance(Duration.ofMinutes(1));
    rig.sweep();

    assertThat(shop.status("ORDER-2")).isEqualTo("CLOSED");
  }

  private long downloads() {
    return rig.sandbox().requests().stream()
        .filter(request -> request.operation() == Operation.CERTIFICATES)
        .count();
  }
}
