package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A copy that is told to stop while its pass is on. */
class StopTest {
  private static final Duration DUE = Duration.ofMinutes(20);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void orderClaimedJustAsTheCopyStopsIsGivenBackUncalled() throws InterruptedException {
    shop.order("ORDER-1", DUE);
    StopAfterClaim stop = new StopAfterClaim();
    Sweep copy = rig.copy("stopping", Tap.on(rig.pool(), stop));
    stop.thread = Thread.ofPlatform().unstarted(copy::close);

    copy.run();

    assertThat(stop.thread.join(Duration.ofSeconds(10))).isTrue();
    assertThat(shop.row("ORDER-1")).containsEntry("state", "DUE").containsEntry("claim_id", "");
    assertThat(rig.sandbox().requests("ORDER-1")).isEmpty();
  }

  /**
   * The stop begins when the order is claimed, and gets far before the pass learns of the claim.
   */
  private static final class StopAfterClaim implements Tap.Listener {
    private Thread thread = Thread.ofPlatform().unstarted(() -> {});

    @Override
    public void before(String sql) {}

    @Override
    public void after(String sql) {
      if (!sql.contains("claim_id = gen_random_uuid()") || thread.getState() != Thread.State.NEW) {
        return;
      }
      thread.start();
      try {
        thread.join(Duration.ofMillis(300));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
