package io.staleorders.sweep;

import io.staleorders.order.Decision;
import io.staleorders.order.Event;
import io.staleorders.order.Exchange;
import io.staleorders.store.Outcome;
import io.staleorders.store.Page.MalformedOrder;
import io.staleorders.store.Recorded;
import io.staleorders.store.RowRefusal;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** One line for each thing that happened to an order, once it is recorded. */
final class OrderLog {
  private static final Logger log = LoggerFactory.getLogger(OrderLog.class);

  private OrderLog() {}

  static void recorded(Recorded.Done done) {
    Outcome outcome = done.outcome();
    String no = outcome.claim().outTradeNo();
    switch (done.decision()) {
      case Decision.Closed closed -> line(Event.ORDER_CLOSED, done).log("{} closed", no);
      case Decision.Paid paid ->
          line(Event.ORDER_PAID, done)
              .addKeyValue("transaction_id", paid.transactionId().orElse(""))
              .addKeyValue("trade_state", paid.tradeState().name())
              .log("{} is paid at WeChat Pay: reported until the shop's row shows it", no);
      case Decision.NotFound notFound ->
          line(Event.ORDER_NOT_FOUND, done)
              .log(
                  notFound.markClosed()
                      ? "{} is not known to WeChat Pay: closed here"
                      : "{} is not known to WeChat Pay",
                  no);
      case Decision.Abandoned abandoned ->
          line(Event.ORDER_ABANDONED, done)
              .addKeyValue("reason", abandoned.reason().name())
              .log(
                  abandoned.closedHere()
                      ? "{} given up: {}. Its row is closed here, but at WeChat Pay it is not:"
                          + " somebody can still pay it"
                      : "{} given up: {}",
                  no,
                  abandoned.reason());
      case Decision.Superseded superseded ->
          line(Event.ORDER_SUPERSEDED, done).log("{} is no longer unpaid in the shop", no);
      case Decision.Retry retry ->
          line(Event.ORDER_RETRY, done)
              .addKeyValue("reason", retry.reason().name())
              .addKeyValue("next_attempt_at", nextAttemptAt(done))
              .log("{} is tried again: {}", no, retry.reason());
      case Decision.GiveBack giveBack -> {}
    }
    done.refusal().ifPresent(refusal -> refused(done, refusal));
  }

  private static void refused(Recorded.Done done, RowRefusal refusal) {
    line(Event.ORDER_ROW_REFUSED, done)
        .addKeyValue("reason", Decision.RetryReason.ROW_REFUSED.name())
        .addKeyValue("sql_state", refusal.sqlState())
        .addKeyValue("error", refusal.error())
        .log(
            "the row of {} refuses its new status: what WeChat Pay has closed is unpaid here",
            done.outcome().claim().outTradeNo());
  }

  static void malformed(MalformedOrder order) {
    Event.ORDER_ABANDONED
        .on(log)
        .addKeyValue("out_trade_no", order.outTradeNo())
        .addKeyValue("sub_mchid", order.subMchid())
        .addKeyValue("attempt", 0)
        .addKeyValue("code", "")
        .addKeyValue("request_id", "")
        .addKeyValue("age_seconds", order.ageSeconds())
        .addKeyValue("reason", Decision.AbandonReason.MALFORMED.name())
        .log(
            "{} given up: its number or its sub-merchant's cannot be WeChat Pay's",
            order.outTradeNo());
  }

  private static LoggingEventBuilder line(Event event, Recorded.Done done) {
    Outcome outcome = done.outcome();
    int before = outcome.claim().progress().attempts();
    return event
        .on(log)
        .addKeyValue("out_trade_no", outcome.claim().outTradeNo())
        .addKeyValue("sub_mchid", outcome.subMchid())
        .addKeyValue("attempt", outcome.exchanges().isEmpty() ? before : before + 1)
        .addKeyValue("code", outcome.deciding().flatMap(Exchange::code).orElse(""))
        .addKeyValue("request_id", outcome.deciding().flatMap(Exchange::requestId).orElse(""))
        .addKeyValue("age_seconds", Duration.between(outcome.createdAt(), done.at()).toSeconds());
  }

  private static String nextAttemptAt(Recorded.Done done) {
    Instant at = done.at().plus(done.outcome().retryAfter());
    return at.toString();
  }
}
