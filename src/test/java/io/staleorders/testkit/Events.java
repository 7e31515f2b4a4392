package io.staleorders.testkit;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.staleorders.order.Event;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;
import org.slf4j.event.KeyValuePair;

/** What the service logs while this is open. */
public final class Events implements AutoCloseable {
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.staleorders");
  private final ConcurrentLinkedQueue<ILoggingEvent> lines = new ConcurrentLinkedQueue<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent line) {
          lines.add(line);
        }
      };

  private Events() {
    appender.start();
    logger.addAppender(appender);
  }

  public static Events open() {
    return new Events();
  }

  /** The fields of each line of this event, oldest first. */
  public List<Map<String, String>> of(Event event) {
    return lines.stream()
        .map(Events::fields)
        .filter(fields -> event.text().equals(fields.get("event")))
        .toList();
  }

  /** The messages of all lines, oldest first. */
  public List<String> messages() {
    return lines.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  private static Map<String, String> fields(ILoggingEvent line) {
    List<KeyValuePair> pairs = line.getKeyValuePairs();
    return pairs == null
        ? Map.of()
        : pairs.stream().collect(Collectors.toMap(pair -> pair.key, pair -> "" + pair.value));
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
  }
}
