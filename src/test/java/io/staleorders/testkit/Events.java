package io.staleorders.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.staleorders.order.Event;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.event.KeyValuePair;

/** What the service logs in this test while this is open. */
public final class Events implements AutoCloseable {
  private static final String OURS = "io.staleorders";

  private final TestScope scope = TestScope.current().orElseThrow();
  private final int from = scope.logSize();
  private final Predicate<String> logger;
  private volatile OptionalInt to = OptionalInt.empty();

  private Events(Predicate<String> logger) {
    this.logger = logger;
  }

  /** All that the service logs. */
  public static Events open() {
    return new Events(name -> name.startsWith(OURS));
  }

  /** All that the service and its libraries log. */
  public static Events ofAll() {
    return new Events(name -> true);
  }

  /** What one of the service's classes logs. */
  public static Events of(Class<?> type) {
    return new Events(type.getName()::equals);
  }

  /** The fields of each line of this event, oldest first. */
  public List<Map<String, String>> of(Event event) {
    return fields().stream().filter(fields -> event.text().equals(fields.get("event"))).toList();
  }

  /** The fields of each line, oldest first. */
  public List<Map<String, String>> fields() {
    return lines().stream().map(Events::fields).toList();
  }

  /** The name of each line's event, oldest first; empty for a line without one. */
  public List<String> names() {
    return fields().stream().map(fields -> fields.getOrDefault("event", "")).toList();
  }

  /** The messages of all lines, oldest first. */
  public List<String> messages() {
    return lines().stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** The messages of the warnings, oldest first. */
  public List<String> warnings() {
    return lines().stream()
        .filter(line -> line.getLevel() == Level.WARN)
        .map(ILoggingEvent::getFormattedMessage)
        .toList();
  }

  private List<ILoggingEvent> lines() {
    return scope.log(from, to.orElseGet(scope::logSize)).stream()
        .filter(line -> logger.test(line.getLoggerName()))
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
    to = OptionalInt.of(scope.logSize());
  }
}
