package io.staleorders.config;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Writes a logging event as one line. A JSON encoder from a library writes values by their
 * components, which would print secrets that mask themselves, and gives no text for people.
 */
final class LineEncoder extends EncoderBase<ILoggingEvent> {
  /** Fields that every line has. */
  static final Set<String> FIXED_NAMES = Set.of("timestamp", "level", "message", "event");

  private final LogFormat format;
  private final boolean detailed;

  /**
   * @param detailed whether lines say where in the program they come from, with stack traces
   */
  LineEncoder(LogFormat format, boolean detailed) {
    this.format = format;
    this.detailed = detailed;
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    LogFields fields = LogFields.of(event, detailed);
    String line =
        switch (format) {
          case JSON -> JsonLine.of(event, fields);
          case TEXT -> TextLine.of(event, fields);
        };
    return (line + "\n").getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public byte[] headerBytes() {
    return new byte[0];
  }

  @Override
  public byte[] footerBytes() {
    return new byte[0];
  }
}
