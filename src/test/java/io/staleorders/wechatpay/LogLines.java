package io.staleorders.wechatpay;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** What one class logs while this is open. */
final class LogLines implements AutoCloseable {
  private final Logger logger;
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  private LogLines(Logger logger) {
    this.logger = logger;
    lines.start();
    logger.addAppender(lines);
  }

  static LogLines of(Class<?> type) {
    return new LogLines((Logger) LoggerFactory.getLogger(type));
  }

  /** The names of the events, in order. */
  List<String> events() {
    return fields().stream().map(fields -> fields.getOrDefault("event", "")).toList();
  }

  /** The fields of each line. */
  List<Map<String, String>> fields() {
    return List.copyOf(lines.list).stream().map(LogLines::fields).toList();
  }

  /** The messages of warnings. */
  List<String> warnings() {
    return List.copyOf(lines.list).stream()
        .filter(line -> line.getLevel() == ch.qos.logback.classic.Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private static Map<String, String> fields(ILoggingEvent line) {
    List<KeyValuePair> pairs = line.getKeyValuePairs();
    return pairs == null
        ? Map.of()
        : pairs.stream().collect(Collectors.toMap(pair -> pair.key, pair -> "" + pair.value));
  }

  @Override
  public void close() {
    logger.detachAppender(lines);
  }
}
