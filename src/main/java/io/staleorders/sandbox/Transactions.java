package io.staleorders.sandbox;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.staleorders.sandbox.Effect.Quirk;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/** Carries out close calls and queries on the orders, and answers them. */
final class Transactions {
  private final Orders orders;
  private final InstantSource clock;

  Transactions(Orders orders, InstantSource clock) {
    this.orders = orders;
    this.clock = clock;
  }

  /** Answered as the order's state has it. */
  Answer answer(Call call, Order order, String requestId) {
    return answer(call, order, requestId, Optional.empty());
  }

  /** The order takes the state first. */
  Answer after(Effect.Becomes becomes, Call call, Order order, String requestId) {
    order.become(becomes.state(), clock.instant(), orders.nextTransactionId());
    boolean took = order.toRecord().state() == becomes.state();
    return answer(call, order, requestId, took ? Optional.of(becomes.onClose()) : Optional.empty());
  }

  /** What kept the order from being plainly unpaid is over. */
  void backToUnpaid(Order order) {
    order.become(OrderState.NOTPAY, clock.instant(), "");
  }

  /** Answered in one of WeChat Pay's odder ways. */
  Answer odd(Quirk quirk, Call call, Order order, String requestId) {
    return switch (quirk) {
      case GHOST -> ghost(call, order, requestId, false);
      case GHOST_PAID -> ghost(call, order, requestId, true);
      case LATE -> late(call, order, requestId);
      case STAYS ->
          call.operation() == Operation.CLOSE ? accepted(order) : answer(call, order, requestId);
      case CLOSES_AGAIN -> {
        order.become(OrderState.CLOSED, clock.instant(), "");
        yield call.operation() == Operation.CLOSE
            ? accepted(order)
            : answer(call, order, requestId);
      }
      case OTHER_ORDER ->
          found(
              new Call(call.operation(), call.outTradeNo() + "X", call.spMchid(), call.subMchid()),
              "CLOSED");
      case OTHER_SUB_MERCHANT ->
          found(
              new Call(call.operation(), call.outTradeNo(), call.spMchid(), call.subMchid() + "1"),
              "CLOSED");
      case OTHER_PROVIDER ->
          found(
              new Call(call.operation(), call.outTradeNo(), call.spMchid() + "1", call.subMchid()),
              "CLOSED");
      case ODD_STATE -> found(call, "SETTLING");
      case NO_STATE -> found(call, "");
    };
  }

  private Answer answer(Call call, Order order, String requestId, Optional<Refusal> onClose) {
    boolean close = call.operation() == Operation.CLOSE;
    if (!order.isOf(call.subMchid())) {
      return Answer.refusal(close ? Refusal.NOT_THE_ORDERS_MERCHANT : Refusal.ORDER_NOT_EXIST);
    }
    return close ? close(order, requestId, onClose) : query(call, order, onClose);
  }

  private Answer close(Order order, String requestId, Optional<Refusal> onClose) {
    OrderState before = order.close(clock.instant(), requestId + "-0");
    return switch (before) {
      case NOTPAY -> accepted(order);
      case CLOSED, REVOKED -> Answer.refusal(onClose.orElse(Refusal.ORDER_CLOSED));
      case SUCCESS, REFUND -> Answer.refusal(onClose.orElse(Refusal.ORDER_PAID));
      case USERPAYING -> Answer.refusal(onClose.orElse(Refusal.USER_PAYING));
      case PAYERROR, ACCEPT -> Answer.refusal(onClose.orElse(Refusal.TRADE_ERROR));
      case ABSENT -> Answer.refusal(onClose.orElse(Refusal.ORDER_NOT_EXIST));
    };
  }

  private Answer query(Call call, Order order, Optional<Refusal> absence) {
    OrderRecord record = order.toRecord();
    if (record.state() == OrderState.ABSENT) {
      order.absenceTold();
      return Answer.refusal(absence.orElse(Refusal.ORDER_NOT_EXIST));
    }
    ObjectNode body = body(call);
    body.put("trade_state", record.state().name());
    body.put("trade_state_desc", record.state().text());
    record.transactionId().ifPresent(id -> body.put("transaction_id", id));
    record.paidAt().ifPresent(at -> addPayment(body, at));
    return Answer.json(body);
  }

  private Answer accepted(Order order) {
    order.closeAccepted();
    return Answer.noContent();
  }

  private Answer ghost(Call call, Order order, String requestId, boolean paidAfterwards) {
    order.become(OrderState.ABSENT, clock.instant(), "");
    if (call.operation() != Operation.CLOSE || order.toRecord().state().isPaid()) {
      return answer(call, order, requestId);
    }
    if (paidAfterwards && order.place(call.subMchid())) {
      order.pay(clock.instant(), orders.nextTransactionId());
    }
    return accepted(order);
  }

  private Answer late(Call call, Order order, String requestId) {
    order.become(OrderState.ABSENT, clock.instant(), "");
    if (order.absencesTold() >= 2) {
      order.place(call.subMchid());
    }
    return answer(call, order, requestId);
  }

  private static Answer found(Call call, String tradeState) {
    ObjectNode body = body(call);
    if (!tradeState.isEmpty()) {
      body.put("trade_state", tradeState);
    }
    return Answer.json(body);
  }

  private static ObjectNode body(Call call) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("sp_appid", "wx0000000000000001")
        .put("sp_mchid", call.spMchid())
        .put("sub_mchid", call.subMchid())
        .put("out_trade_no", call.outTradeNo())
        .put("trade_type", "JSAPI")
        .put("attach", "");
  }

  private static void addPayment(ObjectNode body, Instant paidAt) {
    body.put("bank_type", "OTHERS");
    body.put(
        "success_time",
        DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
            paidAt.truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.ofHours(8))));
    body.putObject("payer").put("sp_openid", "o-sandbox-payer");
    body.putObject("amount")
        .put("total", 1)
        .put("payer_total", 1)
        .put("currency", "CNY")
        .put("payer_currency", "CNY");
  }
}
