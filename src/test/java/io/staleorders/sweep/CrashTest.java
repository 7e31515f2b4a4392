package io.staleorders.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.sandbox.OrderState;
import io.staleorders.testkit.Options;
import io.staleorders.testkit.Rig;
import io.staleorders.testkit.Shop;
import io.staleorders.testkit.Tap;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Promise 4: a copy loses the database for good at every point of a sweep, before a statement or
 * before it learns that one was carried out; another copy then resolves the order.
 */
class CrashTest {
  private static final Duration DUE = Duration.ofMinutes(20);
  private static final Duration LEASE = Duration.ofSeconds(60);

  private final Rig rig = Rig.open();
  private final Shop shop = rig.shop();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void orderIsResolvedWhateverStatementACopyDiesAt() {
    rig.restart(Options.defaults().grace(Duration.ofMillis(50)));
    Set<String> points = ConcurrentHashMap.newKeySet();
    shop.order("ORDER-0", DUE);
    try (Sweep healthy = rig.copy("healthy", Tap.on(rig.pool(), new Fate(points::add)))) {
      healthy.run();
    }
    assertThat(points).hasSizeGreaterThan(20);

    List<String> orders = new ArrayList<>();
    List<Sweep> copies = new ArrayList<>();
    for (String point : points) {
      String outTradeNo = "ORDER-" + (orders.size() + 1);
      orders.add(outTradeNo);
      shop.order(outTradeNo, DUE);
      Fate fate = new Fate(at -> {});
      fate.diesAt = point;
      Sweep dying = rig.copy("dying", Tap.on(rig.pool(), fate));
      copies.add(dying);
      dying.run();
      assertThat(fate.dead).as(point).isTrue();
    }
    copies.parallelStream().forEach(Sweep::close);

    rig.advance(LEASE);
    rig.sweep();
    rig.advance(Duration.ofMinutes(10));
    rig.sweep();

    for (String outTradeNo : orders) {
      assertThat(shop.status(outTradeNo)).as(outTradeNo).isEqualTo("CLOSED");
      assertThat(shop.row(outTradeNo)).as(outTradeNo).containsEntry("state", "CLOSED");
      assertThat(rig.sandbox().state(outTradeNo)).isEqualTo(OrderState.CLOSED);
    }
  }

  /** Lets a copy live until it comes to a point; from there on nothing reaches the database. */
  private static final class Fate implements Tap.Listener {
    private final Consumer<String> watching;
    private volatile String diesAt = "";
    private volatile boolean dead;

    Fate(Consumer<String> watching) {
      this.watching = watching;
    }

    @Override
    public void before(String sql) throws SQLException {
      come("before " + sql);
    }

    @Override
    public void after(String sql) throws SQLException {
      come("after " + sql);
    }

    private void come(String point) throws SQLException {
      watching.accept(point);
      dead |= point.equals(diesAt);
      if (dead) {
        throw new SQLException("the connection is gone", "08006");
      }
    }
  }
}
