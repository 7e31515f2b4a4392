package io.staleorders.wechatpay;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

@Fast
class RefreshLimitTest {
  private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

  private final RefreshLimit limit = new RefreshLimit();

  @Test
  void whatStaysUnknownIsLookedForEverMoreSeldom() {
    List<Integer> searches = new ArrayList<>();

    for (int second = 0; second < 2400; second++) {
      if (limit.allows("AA", NOW.plusSeconds(second))) {
        searches.add(second);
        limit.tried("AA", false, NOW.plusSeconds(second));
      }
    }

    assertThat(searches).containsExactly(0, 10, 30, 70, 150, 310, 630, 1230, 1830);
  }

  @Test
  void anotherNeedNotWaitForTheFirst() {
    for (int i = 0; i < 8; i++) {
      limit.tried("AA", false, NOW);
    }

    assertThat(limit.allows("AA", NOW.plusSeconds(599))).isFalse();
    assertThat(limit.allows("AA", NOW.plusSeconds(600))).isTrue();
    assertThat(limit.allows("BB", NOW.plusSeconds(9))).isFalse();
    assertThat(limit.allows("BB", NOW.plusSeconds(10))).isTrue();
  }

  @Test
  void afterAFindTheWaitIsShortAgain() {
    for (int i = 0; i < 8; i++) {
      limit.tried("AA", false, NOW);
    }
    limit.tried("AA", true, NOW);

    assertThat(limit.allows("AA", NOW.plusSeconds(10))).isTrue();
  }

  @Test
  void aClockSetBackKeepsNothingWaiting() {
    limit.tried("AA", false, NOW);

    assertThat(limit.allows("AA", NOW.minusSeconds(1))).isTrue();
  }
}
