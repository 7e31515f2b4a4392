package io.staleorders.command;

import io.staleorders.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file whose age says whether the service is well: touched while the database answers. In it
 * stands the age, in seconds, from which on it is not, for a check that starts no JVM.
 */
final class HealthFile {
  private static final Logger log = LoggerFactory.getLogger(HealthFile.class);

  private static final Duration OFTEN_ENOUGH = Duration.ofSeconds(1);

  private final Path path;
  private final Duration limit;
  private final InstantSource clock;
  private final AtomicReference<Instant> touched = new AtomicReference<>(Instant.MIN);

  HealthFile(Settings.Health settings, InstantSource clock) {
    this.path = settings.healthFile();
    this.limit = settings.limit();
    this.clock = clock;
  }

  /** Makes the file as young as can be; at most once a second, since it is asked for often. */
  void touch() {
    Instant now = clock.instant();
    Instant before = touched.get();
    boolean recent =
        before.isBefore(now) && before.isAfter(now.minus(OFTEN_ENOUGH)) && !before.equals(now);
    if (recent || !touched.compareAndSet(before, now)) {
      return;
    }
    try {
      if (before.equals(Instant.MIN) || Files.notExists(path)) {
        Files.writeString(path, limit.toSeconds() + "\n");
      }
      Files.setLastModifiedTime(path, FileTime.from(now));
    } catch (IOException e) {
      if (before.equals(Instant.MIN)) {
        log.warn("HEALTH_FILE {} cannot be written: {}", path, e.toString());
      }
    }
  }

  /** Whether it was touched not too long ago. */
  boolean isYoung() {
    try {
      Instant modified = Files.getLastModifiedTime(path).toInstant();
      return modified.plus(limit).isAfter(clock.instant());
    } catch (IOException e) {
      return false;
    }
  }
}
