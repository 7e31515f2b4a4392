package io.staleorders.config;

import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A line of the log as one JSON object. */
final class JsonLine {
  private static final JsonFactory JSON = new JsonFactory();
  private static final DateTimeFormatter UTC_MILLIS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private JsonLine() {}

  static String of(ILoggingEvent event, LogFields fields) {
    StringWriter line = new StringWriter(256);
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField(
          "timestamp", UTC_MILLIS.format(Instant.ofEpochMilli(event.getTimeStamp())));
      json.writeStringField("level", event.getLevel().toString());
      json.writeStringField("event", fields.event());
      json.writeStringField("message", fields.message());
      writeFields(json, fields.others());
      json.writeEndObject();
    } catch (IOException fromMemory) {
      throw new UncheckedIOException(fromMemory);
    }
    return line.toString();
  }

  private static void writeFields(JsonGenerator json, Map<?, ?> fields) throws IOException {
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      json.writeFieldName(field.getKey().toString());
      write(json, field.getValue());
    }
  }

  private static void write(JsonGenerator json, Object value) throws IOException {
    switch (value) {
      case Optional<?> nothing -> json.writeNull();
      case List<?> values -> {
        json.writeStartArray();
        for (Object inner : values) {
          write(json, inner);
        }
        json.writeEndArray();
      }
      case Map<?, ?> fields -> {
        json.writeStartObject();
        writeFields(json, fields);
        json.writeEndObject();
      }
      default -> json.writePOJO(value);
    }
  }
}
