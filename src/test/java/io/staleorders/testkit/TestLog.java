package io.staleorders.testkit;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;

/** Adds each line to the log of its test; a line of no test goes to the console. */
public final class TestLog extends ConsoleAppender<ILoggingEvent> {
  @Override
  protected void append(ILoggingEvent line) {
    CapturedOutput.current().ifPresent(captured -> captured.log(line));
    TestScope.current().ifPresentOrElse(scope -> scope.logged(line), () -> super.append(line));
  }
}
