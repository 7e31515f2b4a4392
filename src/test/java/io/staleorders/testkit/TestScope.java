package io.staleorders.testkit;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The log and the databases of one test. Threads inherit the scope from the thread that starts
 * them, so tests can run at the same time in one JVM.
 *
 * <p>The threads of a shared pool belong to no test: a test starts its own.
 */
final class TestScope {
  private static final InheritableThreadLocal<Optional<TestScope>> CURRENT =
      new InheritableThreadLocal<>() {
        @Override
        protected Optional<TestScope> initialValue() {
          return Optional.empty();
        }
      };

  private final List<ILoggingEvent> log = new ArrayList<>();
  private final List<Database> databases = new ArrayList<>();
  private final List<Runnable> atEnd = new ArrayList<>();

  private TestScope() {}

  /** The scope of the test that this thread works for; empty outside of tests. */
  static Optional<TestScope> current() {
    return CURRENT.get();
  }

  /** Starts the scope of a test that runs on this thread. */
  static void begin() {
    CURRENT.set(Optional.of(new TestScope()));
  }

  /** Ends the scope of the test that runs on this thread: its databases are dropped. */
  static void end() {
    Optional<TestScope> ended = CURRENT.get();
    CURRENT.remove();
    ended.ifPresent(TestScope::tidyUp);
  }

  synchronized void logged(ILoggingEvent line) {
    log.add(line);
  }

  synchronized int logSize() {
    return log.size();
  }

  /** The lines from position {@code from} up to {@code to}, oldest first. */
  synchronized List<ILoggingEvent> log(int from, int to) {
    return List.copyOf(log.subList(from, to));
  }

  /** Adds a database of this test, and what drops it at the end. */
  synchronized void opened(Database database, Runnable drop) {
    databases.add(database);
    atEnd.add(drop);
  }

  synchronized List<Database> databases() {
    return List.copyOf(databases);
  }

  private synchronized void tidyUp() {
    atEnd.forEach(Runnable::run);
  }
}
