package io.staleorders.sweep;

import io.staleorders.order.Event;
import io.staleorders.store.HeartbeatStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line a minute that says how things stand. */
public final class Heartbeat {
  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

  private final HeartbeatStore store;
  private final DatabaseWatch database;
  private final CallRate rate;

  public Heartbeat(HeartbeatStore store, DatabaseWatch database, CallRate rate) {
    this.store = store;
    this.database = database;
    this.rate = rate;
  }

  /** Logs how things stand; nothing while the database does not answer. */
  public void beat() {
    database
        .aside("heartbeat", store::count)
        .ifPresent(
            counts ->
                Event.HEARTBEAT
                    .on(log)
                    .addKeyValue("due", counts.due())
                    .addKeyValue("retrying", counts.retrying())
                    .addKeyValue("abandoned", counts.abandoned())
                    .addKeyValue("paused", counts.paused())
                    .addKeyValue("paid_still_unpaid_here", counts.paidStillUnpaidHere())
                    .addKeyValue("row_refused", counts.rowRefused())
                    .addKeyValue("oldest_due_seconds", counts.oldestDueSeconds())
                    .addKeyValue("calls_per_second", rate.takeCallsPerSecond())
                    .log("heartbeat"));
  }
}
