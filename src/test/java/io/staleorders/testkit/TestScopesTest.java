package io.staleorders.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.staleorders.order.Event;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What lets tests run side by side, and what a failed one shows. */
class TestScopesTest {
  private static final Logger log = LoggerFactory.getLogger(TestScopesTest.class);

  /** Maven itself may run on an older one. */
  @Test
  void testsRunOnTheJdkThatTheCodeIsCompiledFor() {
    assertThat(Runtime.version().feature()).isGreaterThanOrEqualTo(25);
  }

  @Test
  void threadsOfATestLogIntoItsOwnLogAndThoseOfOthersDoNot() {
    try (Events events = Events.open()) {
      inAnotherTest(() -> Event.RATE_LOWERED.on(log).log("of another test"));
      CompletableFuture.runAsync(
              () -> Event.CLOCK_OFF.on(log).log("of this one"), Thread::startVirtualThread)
          .join();

      assertThat(events.messages()).containsExactly("of this one");
    }
  }

  @Test
  void whatIsPrintedBesideACommandIsNotTakenForItsOutput() {
    CountDownLatch running = new CountDownLatch(1);
    CompletableFuture<Void> beside =
        CompletableFuture.runAsync(
            () -> {
              awaitQuietly(running);
              System.out.print("beside");
            },
            Thread::startVirtualThread);
    Ran ran =
        Ran.of(
            out -> {
              running.countDown();
              beside.join();
              CompletableFuture.runAsync(
                      () -> System.out.print("command"), Thread::startVirtualThread)
                  .join();
              return 0;
            });

    assertThat(ran.out()).isEqualTo("command");
  }

  @Test
  void databasesOfATestAreDroppedAtItsEnd() {
    CompletableFuture<Database> database = new CompletableFuture<>();
    inAnotherTest(() -> database.complete(Postgres.freshDatabase()));

    assertThatThrownBy(() -> database.join().dataSource().getConnection())
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("3D000"));
  }

  @Test
  void failureShowsTheLogAndTheRowsOfTheOrdersThatItNames() {
    try (Rig rig = Rig.open()) {
      rig.shop().order("ORDER-1", Duration.ofHours(1));
      rig.shop().order("ORDER-2", Duration.ofHours(1));
      rig.sweep();

      String story = FailureStory.of(TestScope.current().orElseThrow(), "[ORDER-1] was CLOSED");

      assertThat(story)
          .containsPattern("INFO ORDER-1 closed event=order_closed")
          .containsPattern("\norders \\{.*\"out_trade_no\": \"ORDER-1\"")
          .containsPattern("\norder_closer.order_close \\{.*\"state\": \"CLOSED\"")
          .containsPattern("\norder_closer.close_attempt \\{.*\"operation\": \"query\"")
          .doesNotContain("\"out_trade_no\": \"ORDER-2\"");
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void inAnotherTest(Runnable test) {
    CompletableFuture.runAsync(
            () -> {
              TestScope.begin();
              test.run();
              TestScope.end();
            },
            Thread::startVirtualThread)
        .join();
  }
}
