package io.staleorders.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Acceptance;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Nothing is lost, closed though paid, overwritten or called twice at once, whatever dies.
 *
 * <p>{@code mvn test -Pchaos} makes it long: {@code -Dchaos.minutes} at least, until {@code
 * -Dchaos.kills} copies have been killed. {@code -Dchaos.seed} replays the plan of a run.
 */
@Acceptance
class ChaosTest {
  private final long seed = Long.getLong("chaos.seed", System.nanoTime() % 1_000_000);
  private final int minutes = Integer.getInteger("chaos.minutes", 0);
  private final int kills = Integer.getInteger("chaos.kills", 0);

  @Test
  void everyPromiseHoldsWhateverDies() throws IOException, InterruptedException {
    boolean large = minutes > 0;
    Plan.Size size = large ? Plan.Size.large(minutes, kills) : Plan.Size.small();
    try (Chaos chaos = new Chaos(seed, size, Path.of("target", "chaos"))) {
      List<String> broken = chaos.run();
      System.out.printf("%nChaos, seed %d:%n%n%s%n", seed, chaos.table());
      assertThat(broken).as("broken promises; replay: %s", replay(large)).isEmpty();
    }
  }

  private String replay(boolean large) {
    return large
        ? "mvn test -Pchaos -Dchaos.seed=%d -Dchaos.minutes=%d -Dchaos.kills=%d"
            .formatted(seed, minutes, kills)
        : "mvn test -Pacceptance -Dtest=ChaosTest -Dchaos.seed=%d".formatted(seed);
  }
}
