package io.staleorders.config;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.status.NopStatusListener;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/** Sends all logging to standard output, a line an event, and none to standard error. */
public final class LogSetup {
  private static final String OURS = "io.staleorders";

  /** Whatever it logs it throws as well: a database that goes away would be an ERROR of its own. */
  private static final String FLYWAY = "org.flywaydb";

  /** Whatever it warns about makes a statement fail, or is put right by the pool itself. */
  private static final String POOL = "com.zaxxer.hikari";

  private LogSetup() {}

  /** Makes the whole process log this way from now on. */
  public static void apply(Logs logs) {
    apply((LoggerContext) LoggerFactory.getILoggerFactory(), logs);
    bridgeJavaLogging();
    Thread.setDefaultUncaughtExceptionHandler(LogSetup::logUncaught);
  }

  /** Lines for people show the time by the JVM's present zone, whatever that is set to later. */
  public static void keepLocalTime() {
    TextLine.keepZone();
  }

  /** Makes the loggers of {@code context} log this way from now on. */
  public static void apply(LoggerContext context, Logs logs) {
    context.reset();
    // Logback's own troubles would go to standard error.
    context.getStatusManager().add(new NopStatusListener());

    LineEncoder encoder =
        new LineEncoder(logs.format(), logs.level() == org.slf4j.event.Level.DEBUG);
    encoder.setContext(context);
    encoder.start();
    ConsoleAppender<ILoggingEvent> standardOutput = StalledLog.appender();
    standardOutput.setContext(context);
    standardOutput.setEncoder(encoder);
    standardOutput.start();

    Level level = Level.convertAnSLF4JLevel(logs.level());
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.addAppender(standardOutput);
    root.setLevel(level.isGreaterOrEqual(Level.WARN) ? level : Level.WARN);
    context.getLogger(OURS).setLevel(level);
    context.getLogger(FLYWAY).setLevel(Level.OFF);
    context.getLogger(POOL).setLevel(Level.ERROR);
  }

  /** OkHttp and the PostgreSQL driver log by java.util.logging, which writes to standard error. */
  private static void bridgeJavaLogging() {
    SLF4JBridgeHandler.removeHandlersForRootLogger();
    SLF4JBridgeHandler.install();
    java.util.logging.Logger.getLogger("").setLevel(java.util.logging.Level.WARNING);
  }

  private static void logUncaught(Thread thread, Throwable failure) {
    LoggerFactory.getLogger(LogSetup.class)
        .atError()
        .setCause(failure)
        .addKeyValue("thread_name", thread.getName())
        .log("A thread ended by a failure that nothing caught");
  }
}
