package io.staleorders.command;

import io.staleorders.config.Durations;
import io.staleorders.store.HeartbeatStore;
import io.staleorders.store.ReportStore.Lag;
import io.staleorders.store.ReportStore.Pause;
import io.staleorders.store.ReportStore.Payment;
import io.staleorders.store.ReportStore.Report;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A report for people. */
final class ReportText {
  /** For people; machines get all. */
  private static final int MOST_LISTED = 100;

  private final StringBuilder text = new StringBuilder();

  private ReportText() {}

  static String of(Report report, Duration since) {
    ReportText it = new ReportText();
    it.heading("Resolved in the last " + Durations.text(since));
    it.counts(report.outcomes());
    it.lag(report.lag());
    it.heading("Open now");
    it.open(report.open());
    it.row(
        "oldest unpaid in the shop", report.oldestUnpaid().map(Instant::toString).orElse("none"));
    it.heading("Abandoned, by reason");
    it.counts(report.abandoned());
    it.heading("Paid at WeChat Pay, unpaid here");
    it.unsettled(report.unsettled());
    it.heading("Closed at WeChat Pay, refused by the shop's row");
    it.list(report.refusedRows());
    it.heading("Pauses");
    it.pauses(report.pauses());
    return it.text.toString();
  }

  private void unsettled(List<Payment> payments) {
    list(
        payments.stream()
            .map(
                payment ->
                    String.format(
                        Locale.ROOT,
                        "%-32s %s transaction %s",
                        payment.outTradeNo(),
                        payment.tradeState(),
                        payment.transactionId().orElse("unknown")))
            .toList());
  }

  private void list(List<String> rows) {
    if (rows.isEmpty()) {
      row("none", "");
    }
    rows.stream().limit(MOST_LISTED).forEach(text -> row(text, ""));
    if (rows.size() > MOST_LISTED) {
      row("and " + (rows.size() - MOST_LISTED) + " more: report --json lists all", "");
    }
  }

  private void pauses(List<Pause> pauses) {
    if (pauses.isEmpty()) {
      row("none", "");
    }
    for (Pause pause : pauses) {
      row(
          pause.scope(),
          String.format(
              Locale.ROOT,
              "%s since %s, tried again at %s",
              pause.code(),
              pause.since(),
              pause.until()));
    }
  }

  private void open(HeartbeatStore.Counts open) {
    row("due, not tried yet", Long.toString(open.due()));
    row("retrying", Long.toString(open.retrying()));
    row("oldest overdue by", roughly(Duration.ofSeconds(open.oldestDueSeconds())));
  }

  private static String roughly(Duration time) {
    if (time.toDays() > 0) {
      return String.format(Locale.ROOT, "%dd %dh", time.toDays(), time.toHoursPart());
    }
    return time.toHours() > 0
        ? String.format(Locale.ROOT, "%dh %dm", time.toHours(), time.toMinutesPart())
        : String.format(Locale.ROOT, "%dm %ds", time.toMinutes(), time.toSecondsPart());
  }

  private void lag(Lag lag) {
    row(
        "first call after due, seconds",
        String.format(
            Locale.ROOT,
            "p50 %.1f  p90 %.1f  p99 %.1f  (%d orders)",
            lag.p50(),
            lag.p90(),
            lag.p99(),
            lag.orders()));
  }

  private void counts(Map<String, Long> counts) {
    if (counts.isEmpty()) {
      row("none", "");
    }
    counts.forEach((name, orders) -> row(name, Long.toString(orders)));
  }

  private void heading(String heading) {
    text.append(text.isEmpty() ? "" : "\n").append(heading).append('\n');
  }

  private void row(String name, String value) {
    text.append(String.format(Locale.ROOT, "  %-32s %s", name, value).stripTrailing()).append('\n');
  }
}
