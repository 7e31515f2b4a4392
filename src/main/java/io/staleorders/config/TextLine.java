package io.staleorders.config;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** A line of the log for people: time, level, event, message, then the fields. */
final class TextLine {
  private static final DateTimeFormatter LOCAL_TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
  private static final Pattern NEEDS_QUOTES = Pattern.compile(".*[\\s\"=].*|");
  private static final Pattern LINE_BREAK = Pattern.compile("\\R");
  private static final String STACK_TRACE = "stack_trace";

  private TextLine() {}

  /** The zone is the one that the JVM has when this class is first used. */
  static void keepZone() {}

  static String of(ILoggingEvent event, LogFields fields) {
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%s %-5s %-20s  %s",
                LOCAL_TIME.format(Instant.ofEpochMilli(event.getTimeStamp())),
                event.getLevel(),
                OneLine.of(fields.event()),
                OneLine.of(fields.message())));
    String space = "  ";
    for (Map.Entry<String, Object> field : fields.others().entrySet()) {
      if (!(field.getValue() instanceof Optional<?>) && !field.getKey().equals(STACK_TRACE)) {
        line.append(space).append(OneLine.of(field.getKey())).append('=').append(value(field));
        space = " ";
      }
    }
    if (fields.others().get(STACK_TRACE) instanceof String trace) {
      appendTrace(line, trace);
    }
    return line.toString();
  }

  private static String value(Map.Entry<String, Object> field) {
    String text = OneLine.of(field.getValue().toString());
    return NEEDS_QUOTES.matcher(text).matches() ? '"' + text.replace("\"", "\\\"") + '"' : text;
  }

  /** A stack trace keeps its lines, each indented: no other line of the log begins with a space. */
  private static void appendTrace(StringBuilder line, String trace) {
    LINE_BREAK
        .splitAsStream(trace)
        .forEach(part -> line.append("\n    ").append(OneLine.of(part.strip())));
  }
}
