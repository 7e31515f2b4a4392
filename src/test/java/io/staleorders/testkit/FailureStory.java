package io.staleorders.testkit;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import io.staleorders.store.Databases;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jdbi.v3.core.JdbiException;

/** The service's log and the rows of a failed test, as text. */
final class FailureStory {
  private static final int MOST_LINES = 200;
  private static final int MOST_ROWS = 20;
  private static final Pattern OUT_TRADE_NO = Pattern.compile("\\b[A-Za-z0-9_|*]+(?:-[A-Z0-9]+)+");
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

  private static final Map<String, String> TABLES =
      Map.of(
          "orders", "created_at",
          "order_closer.order_close", "order_created_at",
          "order_closer.close_attempt", "started_at");

  private FailureStory() {}

  /**
   * The last lines of the log, and the rows of the orders that {@code failure} names, or of all if
   * it names none; empty if there are neither.
   */
  static String of(TestScope scope, String failure) {
    List<String> parts = new ArrayList<>();
    List<ILoggingEvent> lines = scope.log(0, scope.logSize());
    lines.stream()
        .skip(Math.max(0, lines.size() - MOST_LINES))
        .map(FailureStory::text)
        .forEach(parts::add);
    List<String> numbers =
        OUT_TRADE_NO.matcher(failure).results().map(MatchResult::group).distinct().toList();
    scope.databases().forEach(database -> parts.addAll(rows(database, numbers)));
    return String.join("\n", parts);
  }

  private static String text(ILoggingEvent line) {
    String fields =
        line.getKeyValuePairs() == null
            ? ""
            : line.getKeyValuePairs().stream()
                .map(pair -> " " + pair.key + "=" + pair.value)
                .collect(Collectors.joining());
    IThrowableProxy thrown = line.getThrowableProxy();
    return TIME.format(line.getInstant())
        + " "
        + line.getLevel()
        + " "
        + line.getFormattedMessage()
        + fields
        + (thrown == null ? "" : " (" + thrown.getClassName() + ": " + thrown.getMessage() + ")");
  }

  private static List<String> rows(Database database, List<String> numbers) {
    List<String> named = new ArrayList<>();
    List<String> all = new ArrayList<>();
    TABLES.forEach(
        (table, order) -> {
          named.addAll(
              rows(database, table, order, "WHERE out_trade_no = ANY (:numbers)", numbers));
          all.addAll(rows(database, table, order, "", numbers));
        });
    return named.isEmpty() ? all : named;
  }

  private static List<String> rows(
      Database database, String table, String order, String where, List<String> numbers) {
    try {
      return Databases.jdbi(database.dataSource())
          .withHandle(
              handle -> {
                // The failed test may hold a lock.
                handle.execute("SET statement_timeout = '5s'");
                return handle
                    .createQuery(
                        "SELECT to_jsonb(t)::text FROM (SELECT * FROM %s %s ORDER BY %s LIMIT %d) t"
                            .formatted(table, where, order, MOST_ROWS))
                    .bindArray("numbers", String.class, numbers)
                    .mapTo(String.class)
                    .list();
              })
          .stream()
          .map(row -> table + " " + row)
          .toList();
    } catch (JdbiException e) {
      // This test has no such table.
      return List.of();
    }
  }
}
