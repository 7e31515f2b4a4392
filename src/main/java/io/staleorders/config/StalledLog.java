package io.staleorders.config;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import java.time.Duration;

/**
 * Writes the log to standard output, and knows whether that is stalled: a reader that reads no more
 * (a full pipe) blocks whoever writes. No line is dropped, so the service stands still then, and
 * must not pass for healthy.
 */
public final class StalledLog {
  /** How long writing one line may take. */
  private static final Duration LIMIT = Duration.ofSeconds(1);

  private static int writing;
  private static long lastProgress;

  private StalledLog() {}

  /** Whether a line has been on its way for more than a second, and none was written meanwhile. */
  public static synchronized boolean isStalled() {
    return writing > 0 && System.nanoTime() - lastProgress > LIMIT.toNanos();
  }

  private static synchronized void begin() {
    if (writing++ == 0) {
      lastProgress = System.nanoTime();
    }
  }

  private static synchronized void end() {
    writing--;
    lastProgress = System.nanoTime();
  }

  static ConsoleAppender<ILoggingEvent> appender() {
    return new ConsoleAppender<>() {
      @Override
      protected void append(ILoggingEvent line) {
        begin();
        try {
          super.append(line);
        } finally {
          end();
        }
      }
    };
  }
}
