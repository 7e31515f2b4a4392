package io.staleorders.sweep;

import io.staleorders.order.Backoff;
import io.staleorders.order.Call;
import io.staleorders.order.ClaimedOrder;
import io.staleorders.order.CloseDecider;
import io.staleorders.order.CloseDecider.AfterClose;
import io.staleorders.order.Decision;
import io.staleorders.order.Exchange;
import io.staleorders.order.Moment;
import io.staleorders.order.Reply;
import io.staleorders.store.Outcome;
import io.staleorders.wechatpay.CallPermit;
import io.staleorders.wechatpay.CloseClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One attempt on one order: close, ask where that is needed, decide. */
final class Attempt {
  private final CloseClient client;
  private final CloseDecider decider;
  private final Backoff backoff;

  Attempt(CloseClient client, CloseDecider decider, Backoff backoff) {
    this.client = client;
    this.decider = decider;
    this.backoff = backoff;
  }

  /**
   * What an attempt came to.
   *
   * @param replies in the order they came
   */
  record Result(Outcome outcome, List<Reply> replies) {}

  /** Makes the attempt. Every failure is a value in the result. */
  Result make(Task task, CallPermit permit) {
    ClaimedOrder order = task.order();
    List<Exchange> exchanges = new ArrayList<>();
    List<Reply> replies = new ArrayList<>();

    Call<Reply.ToClose> close = client.close(order.outTradeNo(), order.merchant(), permit);
    exchanges.addAll(close.exchanges());
    replies.add(close.reply());
    Decision decision =
        switch (decider.afterClose(order, close.reply(), moment(task))) {
          case AfterClose.Decided decided -> decided.decision();
          case AfterClose.Ask ask -> {
            Call<Reply.ToQuery> query = client.query(order.outTradeNo(), order.merchant(), permit);
            exchanges.addAll(query.exchanges());
            replies.add(query.reply());
            yield decider.afterQuery(order, close.reply(), query.reply(), moment(task));
          }
        };
    Outcome outcome =
        new Outcome(
            task.claim(),
            order.merchant().subMchid().value(),
            order.createdAt(),
            decision,
            waitAfter(order, decision),
            exchanges,
            decider.isExhausted(order, moment(task)));
    return new Result(outcome, replies);
  }

  private Duration waitAfter(ClaimedOrder order, Decision decision) {
    Duration wait = backoff.after(order.attempt());
    return switch (decision) {
      case Decision.Retry retry -> wait.compareTo(retry.atLeast()) > 0 ? wait : retry.atLeast();
      case Decision.Resolution resolution -> wait;
      case Decision.GiveBack giveBack -> Duration.ZERO;
    };
  }

  private static Moment moment(Task task) {
    return new Moment(task.databaseNow(), task.databaseAhead());
  }
}
