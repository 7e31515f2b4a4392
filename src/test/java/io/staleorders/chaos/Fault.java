package io.staleorders.chaos;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What is done to the processes, and how often compared with the others. */
enum Fault {
  KILL(8, "a copy is killed on the spot (SIGKILL), another takes its place"),
  KILL_ALL(1, "all copies are killed at once (SIGKILL), others take their place"),
  FREEZE(2, "a copy is frozen for 1 to 3 s (SIGSTOP, SIGCONT), within its leases"),
  FREEZE_PAST_LEASE(
      2,
      "a copy is frozen until its leases are over (SIGSTOP), another takes its place, every other"
          + " time under the same INSTANCE_ID; then it goes on beside it (SIGCONT)"),
  TWIN(1, "a further copy runs under the INSTANCE_ID of another, and is killed (SIGKILL)"),
  REPLACE(2, "a copy is replaced as in a rolling restart: the new one started, then SIGTERM"),
  DATABASE_KILL(
      1, "every process of PostgreSQL is killed (SIGKILL), and started 0.3 to 2.5 s later"),
  DATABASE_RESTART(1, "PostgreSQL is stopped in good order, and started 0.3 to 2.5 s later"),
  OUTAGE(1, "every connection to WeChat Pay, either host, is reset for 2 to 4 s");

  private final int share;
  private final String text;

  Fault(int share, String text) {
    this.share = share;
    this.text = text;
  }

  /** How it is made, in a line. */
  String text() {
    return text;
  }

  /** Each once, so that a short run has them all. */
  static List<Fault> eachOnce() {
    return List.of(values());
  }

  /** Each as often as its share. */
  static List<Fault> inProportion() {
    List<Fault> all = new ArrayList<>();
    for (Fault fault : values()) {
      all.addAll(Collections.nCopies(fault.share, fault));
    }
    return all;
  }
}
