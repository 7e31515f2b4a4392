package io.staleorders.store;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.staleorders.order.Decision;
import io.staleorders.order.Exchange;
import java.time.Instant;
import java.util.Locale;

/**
 * Decisions and requests as the rows that {@link RecordStore}'s statements read. A field that is
 * left out is NULL there, which means: nothing new.
 */
final class RecordRows {
  private static final Instant LATEST = Instant.parse("9999-12-31T00:00:00Z");

  private RecordRows() {}

  /** A decision as a change to the order's row of {@code order_close}. */
  static ObjectNode orderClose(Outcome outcome, Decision decision, StoredText stored) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("out_trade_no", outcome.claim().outTradeNo());
    row.put("claim_id", outcome.claim().claimId().toString());
    row.put("sub_mchid", outcome.subMchid());
    row.put("created_at", bounded(outcome.createdAt()).toString());
    row.put("attempted", !outcome.exchanges().isEmpty());
    outcome
        .deciding()
        .ifPresent(
            exchange -> {
              exchange.code().ifPresent(code -> row.put("code", stored.of(code)));
              exchange.message().ifPresent(text -> row.put("message", stored.of(text)));
              exchange.requestId().ifPresent(id -> row.put("request_id", stored.of(id)));
            });
    switch (decision) {
      case Decision.Closed closed -> {
        row.put("state", "CLOSED").put("answered", true);
        closed.tradeState().ifPresent(state -> row.put("trade_state", state.name()));
      }
      case Decision.Paid paid -> {
        row.put("state", "PAID").put("answered", true);
        row.put("trade_state", paid.tradeState().name());
        paid.transactionId().ifPresent(id -> row.put("transaction_id", stored.of(id)));
        paid.paidAt().ifPresent(at -> row.put("paid_at", at.toString()));
      }
      case Decision.NotFound notFound -> {
        row.put("state", "NOT_FOUND").put("answered", true);
        row.put("absences", outcome.claim().progress().absences() + 1);
        row.put("row_closed", notFound.markClosed());
        if (notFound.lookAgain()) {
          row.put("look_again", true);
        }
      }
      case Decision.Abandoned abandoned -> {
        row.put("state", "ABANDONED").put("reason", abandoned.reason().name());
        row.put("answered", true);
      }
      case Decision.Superseded superseded -> row.put("state", "SUPERSEDED");
      case Decision.Retry retry -> {
        row.put("wait_ms", outcome.retryAfter().toMillis());
        row.put("answered", retry.answered()).put("absences", retry.absences());
        row.put("reason", retry.reason().name());
      }
      case Decision.RateLimited limited -> {
        row.put("attempted", false).put("wait_ms", limited.pauseFor().toMillis());
        row.put("rate_refusals", outcome.claim().progress().rateRefusals() + 1);
      }
      case Decision.Uncalled uncalled -> {
        row.put("attempted", false);
        if (outcome.retryAfter().isPositive()) {
          row.put("wait_ms", outcome.retryAfter().toMillis());
        }
      }
      case Decision.Pause pause -> row.put("attempted", false);
      case Decision.ClockOff clockOff -> row.put("attempted", false);
    }
    return row;
  }

  /** A time before the epoch, or endless, is not a time that Java and PostgreSQL agree on. */
  private static Instant bounded(Instant time) {
    if (time.isBefore(Instant.EPOCH)) {
      return Instant.EPOCH;
    }
    return time.isAfter(LATEST) ? LATEST : time;
  }

  /** A request as a row of the history. */
  static ObjectNode closeAttempt(Outcome outcome, Exchange exchange, StoredText stored) {
    ObjectNode row = JsonNodeFactory.instance.objectNode();
    row.put("id", exchange.id().toString());
    row.put("out_trade_no", outcome.claim().outTradeNo());
    row.put("attempt", outcome.claim().progress().attempts() + 1);
    row.put("operation", exchange.operation().name().toLowerCase(Locale.ROOT));
    row.put("started_at", exchange.startedAt().toString());
    row.put("duration_ms", exchange.duration().toMillis());
    row.put("host", exchange.host());
    exchange.httpStatus().ifPresent(status -> row.put("http_status", status));
    exchange.code().ifPresent(code -> row.put("code", stored.of(code)));
    exchange.message().ifPresent(text -> row.put("message", stored.of(text)));
    exchange.requestId().ifPresent(id -> row.put("request_id", stored.of(id)));
    row.put("verified", exchange.verified());
    return row;
  }
}
