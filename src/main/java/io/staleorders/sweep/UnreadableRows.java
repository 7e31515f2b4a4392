package io.staleorders.sweep;

import io.staleorders.order.Event;
import io.staleorders.store.DatabaseFailure;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Rows of the shop's that cannot be read: each reported once a day, and set aside. */
final class UnreadableRows {
  private static final Logger log = LoggerFactory.getLogger(UnreadableRows.class);

  private static final Duration REPORTED_AGAIN = Duration.ofDays(1);

  /** So that a table full of them costs no more memory. */
  private static final int MOST_REMEMBERED = 1_000;

  private final Map<String, Long> reportedAt = new LinkedHashMap<>();

  /** A statement about this row alone failed. */
  synchronized void found(String outTradeNo, DatabaseFailure failure) {
    forgetOld();
    if (reportedAt.containsKey(outTradeNo)) {
      return;
    }
    reportedAt.put(outTradeNo, Ticker.now());
    Event.ROW_UNREADABLE
        .on(log)
        .addKeyValue("out_trade_no", outTradeNo)
        .addKeyValue("sql_state", failure.sqlState())
        .addKeyValue("error", failure.message())
        .log("the row of {} cannot be read: it is left out until it is corrected", outTradeNo);
  }

  /** The rows reported within a day. */
  synchronized List<String> known() {
    forgetOld();
    return List.copyOf(reportedAt.keySet());
  }

  private void forgetOld() {
    Iterator<Long> oldest = reportedAt.values().iterator();
    int tooMany = reportedAt.size() - MOST_REMEMBERED;
    while (oldest.hasNext()) {
      boolean old = Ticker.since(oldest.next()).compareTo(REPORTED_AGAIN) > 0;
      if (!old && tooMany <= 0) {
        return;
      }
      oldest.remove();
      tooMany--;
    }
  }
}
