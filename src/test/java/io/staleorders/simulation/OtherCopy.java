package io.staleorders.simulation;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.sweep.Sweep;
import io.staleorders.testkit.MortalDataSource;
import io.staleorders.testkit.Rig;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A second copy of the service, which comes to grief in the middle of a sweep: it dies, or it is
 * frozen, and wakes up with results of claims that others have taken over meanwhile.
 */
final class OtherCopy {
  /** What happens to it. */
  enum Grief {
    DIES,
    FREEZES
  }

  private static final Duration HEAD_START = Duration.ofMillis(500);

  private final MortalDataSource connections;
  private final HikariDataSource pool;
  private final Sweep sweep;
  private final Grief grief;
  private final AtomicInteger requestsLeft;
  private final AtomicInteger requestsToThaw = new AtomicInteger();
  private final CountDownLatch called = new CountDownLatch(1);
  private final CountDownLatch thawed = new CountDownLatch(1);
  private final Thread thread;
  private volatile boolean frozen;

  /**
   * Begins to sweep.
   *
   * @param requests to WeChat Pay, of anybody's, until the grief
   */
  OtherCopy(Rig rig, Grief grief, int requests) {
    this.grief = grief;
    this.requestsLeft = new AtomicInteger(requests);
    this.connections = new MortalDataSource(rig.shop().database());
    this.pool = connections.pool();
    this.sweep = rig.copy("copy-2", new Freezing());
    this.thread = Thread.ofPlatform().start(sweep::run);
  }

  Grief grief() {
    return grief;
  }

  /**
   * Lets it claim orders before the other does.
   *
   * @return whether it did; not if nothing is due
   */
  boolean awaitFirstCall() {
    try {
      return called.await(HEAD_START.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** A request has come to WeChat Pay. */
  void onRequest() {
    called.countDown();
    if (requestsLeft.decrementAndGet() == 0) {
      strike();
    }
    if (requestsToThaw.decrementAndGet() == 0) {
      thaw();
    }
  }

  /** What was frozen goes on in the middle of so many more requests. */
  void thawAfter(int requests) {
    requestsToThaw.set(requests);
  }

  /** The grief comes now, if it has not come yet. */
  void strike() {
    switch (grief) {
      case DIES -> connections.kill();
      case FREEZES -> frozen = true;
    }
  }

  /** What was frozen goes on. */
  void thaw() {
    frozen = false;
    thawed.countDown();
  }

  /** Waits for its sweep to end: it finds that it is dead, or nothing left to do. */
  void awaitEnd() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Its last calls end, and its connections are closed; that takes a while. */
  Thread bury() {
    return Thread.ofVirtual()
        .start(
            () -> {
              sweep.close();
              pool.close();
            });
  }

  /** Gives out no connection while it is frozen; what has one goes on to the end of its work. */
  private final class Freezing extends PGSimpleDataSource {
    private static final long serialVersionUID = 1L;

    @Override
    public Connection getConnection() throws SQLException {
      if (frozen) {
        try {
          thawed.await();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new SQLException("interrupted while frozen", "08006", e);
        }
      }
      return pool.getConnection();
    }
  }
}
