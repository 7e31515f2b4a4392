package io.staleorders.order;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * The names of the log's events, an interface that operators' queries and alerts rely on. ERROR
 * needs a person, WARN is worth a look, INFO is the record.
 */
public enum Event {
  SERVICE_STARTED(Level.INFO),
  SERVICE_STOPPING(Level.INFO),
  SERVICE_STOPPED(Level.INFO),
  SWEEP_FINISHED(Level.INFO),
  HEARTBEAT(Level.INFO),
  ORDER_CLOSED(Level.INFO),
  ORDER_NOT_FOUND(Level.INFO),
  ORDER_RETRY(Level.INFO),
  ORDER_SUPERSEDED(Level.INFO),
  ORDER_PAID(Level.WARN),
  ORDER_ABANDONED(Level.ERROR),
  ORDER_ROW_REFUSED(Level.ERROR),
  PAUSED(Level.ERROR),
  PAUSE_CONTINUES(Level.WARN),
  RESUMED(Level.INFO),
  CLOCK_OFF(Level.ERROR),
  RATE_LOWERED(Level.WARN),
  REPLY_UNVERIFIED(Level.WARN),
  BACKUP_HOST_USED(Level.WARN),
  DATABASE_UNAVAILABLE(Level.ERROR),
  DATABASE_RECOVERED(Level.INFO),
  ROW_UNREADABLE(Level.ERROR),
  WOULD_CLOSE(Level.INFO),
  WOULD_MARK_PAID(Level.INFO),
  WOULD_KEEP(Level.INFO),
  SETTINGS_INVALID(Level.ERROR);

  private final Level level;

  Event(Level level) {
    this.level = level;
  }

  /** The name in the log's {@code event} field. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public Level level() {
    return level;
  }

  /** A log line of this event, at its level; the caller adds fields and the message. */
  public LoggingEventBuilder on(Logger log) {
    return log.atLevel(level).addKeyValue("event", text());
  }
}
