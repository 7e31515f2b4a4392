package io.staleorders.wechatpay;

import io.staleorders.order.Event;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import okhttp3.HttpUrl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which host is asked first. While the main one keeps failing it is asked last, but for one call
 * from time to time, which finds out whether it is back.
 */
final class Hosts {
  private static final Logger log = LoggerFactory.getLogger(Hosts.class);
  private static final int FAILURES_IN_A_ROW = 3;
  private static final Duration BETWEEN_TRIALS = Duration.ofSeconds(30);
  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  private final HttpUrl main;
  private final Optional<HttpUrl> backup;
  private final InstantSource clock;

  private int failures;
  private Instant lastTrial = Instant.MIN;
  private boolean backupInUse;
  private Instant lastWarning = Instant.MIN;

  Hosts(Endpoints endpoints, InstantSource clock) {
    this.main = endpoints.main();
    this.backup = endpoints.spare();
    this.clock = clock;
  }

  /** The hosts to ask, each if the one before it failed. */
  synchronized List<HttpUrl> inOrder() {
    if (backup.isEmpty()) {
      return List.of(main);
    }
    if (failures < FAILURES_IN_A_ROW) {
      return List.of(main, backup.get());
    }
    Instant now = clock.instant();
    if (hasPassed(BETWEEN_TRIALS, lastTrial, now)) {
      lastTrial = now;
      return List.of(main, backup.get());
    }
    return List.of(backup.get(), main);
  }

  /** A request is about to be made of this host. */
  synchronized void asking(HttpUrl host) {
    Instant now = clock.instant();
    if (host.equals(main) || backupInUse) {
      return;
    }
    backupInUse = true;
    // One failure in a hundred calls is worth a line a minute, not one a failure.
    if (hasPassed(BETWEEN_WARNINGS, lastWarning, now)) {
      lastWarning = now;
      String name = HttpTransport.authority(host);
      Event.BACKUP_HOST_USED
          .on(log)
          .addKeyValue("host", name)
          .log("WeChat Pay's main host fails: asking the backup host");
    }
  }

  /** What came of it. */
  synchronized void asked(HttpUrl host, Outcome outcome) {
    if (!host.equals(main)) {
      return;
    }
    if (outcome.blamesHost()) {
      failures++;
      if (failures == FAILURES_IN_A_ROW) {
        lastTrial = clock.instant();
      }
    } else if (outcome.httpStatus().isPresent()) {
      failures = 0;
      backupInUse = false;
    }
  }

  /** A clock that was set back must not keep anything waiting. */
  private static boolean hasPassed(Duration time, Instant since, Instant now) {
    return now.isBefore(since) || !now.minus(time).isBefore(since);
  }
}
