package io.staleorders.wechatpay;

import io.staleorders.order.Backoff;
import java.time.Duration;
import java.time.Instant;

/**
 * How often a reply that names an unknown certificate may cause a download: every 10 seconds at the
 * most, and ever more seldom while that certificate stays unknown.
 */
final class RefreshLimit {
  private static final Duration FIRST = Duration.ofSeconds(10);
  private static final Duration MAX = Duration.ofMinutes(10);

  private String serial = "";
  private int inVain;
  private Instant last = Instant.MIN;

  /** Whether a download may be tried for the certificate with this serial. */
  boolean allows(String unknown, Instant now) {
    int times = unknown.equals(serial) ? inVain : 0;
    Duration wait = Backoff.doubled(FIRST, Math.max(0, times - 1), MAX);
    // A clock that was set back must not keep anything waiting.
    return now.isBefore(last) || !now.minus(wait).isBefore(last);
  }

  /** A download was tried. */
  void tried(String unknown, boolean foundNow, Instant now) {
    inVain = foundNow ? 0 : unknown.equals(serial) ? inVain + 1 : 1;
    serial = unknown;
    last = now;
  }
}
