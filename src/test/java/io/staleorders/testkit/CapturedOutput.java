package io.staleorders.testkit;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import io.staleorders.config.LogSetup;
import io.staleorders.config.Logs;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What one thread, and those that it starts, print to standard output and standard error, while
 * others print to the real ones.
 */
public final class CapturedOutput {
  private static final InheritableThreadLocal<Optional<CapturedOutput>> CURRENT =
      new InheritableThreadLocal<>() {
        @Override
        protected Optional<CapturedOutput> initialValue() {
          return Optional.empty();
        }
      };

  static {
    System.setOut(routed(captured -> captured.out, System.out));
    System.setErr(routed(captured -> captured.err, System.err));
  }

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private volatile Optional<LoggerContext> context = Optional.empty();

  private CapturedOutput() {}

  /**
   * Runs {@code action} and keeps what it prints.
   *
   * @param action is given the captured standard output, for threads that it does not start itself
   */
  public static CapturedOutput of(Consumer<PrintStream> action) {
    Optional<CapturedOutput> before = CURRENT.get();
    CapturedOutput captured = new CapturedOutput();
    CURRENT.set(Optional.of(captured));
    try {
      action.accept(new PrintStream(captured.out, true, StandardCharsets.UTF_8));
    } finally {
      CURRENT.set(before);
      captured.context.ifPresent(LoggerContext::stop);
    }
    return captured;
  }

  static Optional<CapturedOutput> current() {
    return CURRENT.get();
  }

  /** Logs to the captured standard output as the service would with these settings. */
  public static void logAs(Logs logs) {
    LoggerContext apart = new LoggerContext();
    apart.setMDCAdapter(new LogbackMDCAdapter());
    LogSetup.apply(apart, logs);
    current().orElseThrow().context = Optional.of(apart);
  }

  /** The captured output's own logger, once {@link #logAs} was called. */
  public static Logger logger(String name) {
    return current().flatMap(captured -> captured.context).orElseThrow().getLogger(name);
  }

  /** What was printed to standard output. */
  public String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  /** What was printed to standard error. */
  public String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  void log(ILoggingEvent line) {
    context
        .map(apart -> apart.getLogger(line.getLoggerName()))
        .filter(logger -> logger.isEnabledFor(line.getLevel()))
        .ifPresent(logger -> logger.callAppenders(line));
  }

  private static PrintStream routed(
      Function<CapturedOutput, ByteArrayOutputStream> captured, PrintStream otherwise) {
    return new PrintStream(
        new OutputStream() {
          @Override
          public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
          }

          @Override
          public void write(byte[] bytes, int offset, int length) {
            CURRENT
                .get()
                .map(captured)
                .ifPresentOrElse(
                    buffer -> buffer.write(bytes, offset, length),
                    () -> otherwise.write(bytes, offset, length));
          }

          @Override
          public void flush() {
            otherwise.flush();
          }
        },
        true,
        StandardCharsets.UTF_8);
  }
}
