package io.staleorders.testkit;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;

/** Keeps each line with the test that it belongs to; what belongs to none goes to the console. */
public final class TestLog extends ConsoleAppender<ILoggingEvent> {
  @Override
  protected void append(ILoggingEvent line) {
    CapturedOutput.current().ifPresent(captured -> captured.log(line));
    TestScope.current().ifPresentOrElse(scope -> scope.logged(line), () -> super.append(line));
  }
}
