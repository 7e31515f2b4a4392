package io.staleorders.sweep;

import io.staleorders.order.Call;
import io.staleorders.order.ClosePolicy;
import io.staleorders.order.Code;
import io.staleorders.order.Event;
import io.staleorders.order.Exchange;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.Reply;
import io.staleorders.store.DueStore;
import io.staleorders.store.Page;
import io.staleorders.store.ShopOrder;
import io.staleorders.store.ShopStore;
import io.staleorders.wechatpay.CloseClient;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks WeChat Pay about every due order and says what a sweep would do. Claims nothing, closes
 * nothing, writes to no order.
 */
public final class DryRun {
  private static final Logger log = LoggerFactory.getLogger(DryRun.class);

  private final DueStore due;
  private final ShopStore shop;
  private final CloseClient client;
  private final CallRate rate;
  private final DatabaseWatch database;
  private final Choices choices;
  private final LongAdder close = new LongAdder();
  private final LongAdder markPaid = new LongAdder();
  private final LongAdder keep = new LongAdder();
  private final ReentrantLock pass = new ReentrantLock();
  private volatile boolean stopping;
  private volatile boolean cutShort;

  /**
   * The operator's choices.
   *
   * @param marksPaid whether {@code ORDERS_PAID_STATUS} is set
   * @param concurrency {@code CLOSE_CONCURRENCY}
   * @param interval between two dry runs
   */
  public record Choices(
      MerchantId spMchid,
      ClosePolicy policy,
      boolean marksPaid,
      int concurrency,
      Duration interval) {}

  /** What would be done with an order, and why. */
  private record Verdict(Event event, String reason) {}

  public DryRun(
      DueStore due,
      ShopStore shop,
      CloseClient client,
      CallRate rate,
      DatabaseWatch database,
      Choices choices) {
    this.due = due;
    this.shop = shop;
    this.client = client;
    this.rate = rate;
    this.database = database;
    this.choices = choices;
  }

  /** Counts of what a sweep would do. */
  public record Summary(long close, long markPaid, long keep) {
    /** Orders asked about. */
    public long orders() {
      return close + markPaid + keep;
    }
  }

  /** Asks about every due order once. */
  public Summary run() {
    pass.lock();
    try {
      return pass();
    } finally {
      pass.unlock();
    }
  }

  private Summary pass() {
    Summary before = total();
    Optional<Page.Cursor> cursor = Optional.empty();
    while (true) {
      if (stopping) {
        cutShort = true;
        break;
      }
      Optional<Page.Cursor> from = cursor;
      List<Page.Cursor> page = database.read(() -> due.page(from)).orElse(List.of());
      if (page.isEmpty()) {
        break;
      }
      List<String> numbers = page.stream().map(Page.Cursor::outTradeNo).toList();
      askAbout(database.read(() -> shop.read(numbers)).orElse(Map.of()).values());
      cursor = Optional.of(page.getLast());
    }
    Summary after = total();
    return new Summary(
        after.close - before.close, after.markPaid - before.markPaid, after.keep - before.keep);
  }

  /** What was counted since the start. */
  public Summary total() {
    return new Summary(close.sum(), markPaid.sum(), keep.sum());
  }

  /** Whether the database did not answer when it was last asked. */
  public boolean isDatabaseAway() {
    return database.isUnavailable();
  }

  /** Each on a thread of its own, at most {@code CLOSE_CONCURRENCY} at a time. */
  private void askAbout(Collection<ShopOrder> orders) {
    Semaphore concurrency = new Semaphore(choices.concurrency());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (ShopOrder order : orders) {
        concurrency.acquireUninterruptibly();
        threads.execute(
            () -> {
              try {
                if (stopping) {
                  cutShort = true;
                } else {
                  ask(order).ifPresent(this::count);
                }
              } finally {
                concurrency.release();
              }
            });
      }
    }
  }

  private void count(Verdict verdict) {
    switch (verdict.event()) {
      case WOULD_CLOSE -> close.increment();
      case WOULD_MARK_PAID -> markPaid.increment();
      default -> keep.increment();
    }
  }

  /** How long to wait until the next dry run. */
  public Duration interval() {
    return choices.interval();
  }

  /** Whether a stop ended it before it had asked about every due order. */
  public boolean isCutShort() {
    return cutShort;
  }

  /** Ends a run in progress after the queries in flight, or at the end of the grace. */
  public void stop(StopDeadline deadline) {
    stopping = true;
    try {
      if (pass.tryLock(deadline.forCalls().toNanos(), TimeUnit.NANOSECONDS)) {
        pass.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks about an order; absent if a stop came before its query was sent or answered. */
  private Optional<Verdict> ask(ShopOrder order) {
    String subMchid = order.subMchid().orElse("");
    if (order.unpaidRows() == 0) {
      return say(order, new Verdict(Event.WOULD_KEEP, "SUPERSEDED"), Optional.empty());
    }
    if (order.unpaidRows() > 1 || order.subMchids() > 1) {
      return say(order, new Verdict(Event.WOULD_KEEP, "DUPLICATE_NUMBER"), Optional.empty());
    }
    if (!OutTradeNo.isWellFormed(order.outTradeNo()) || !MerchantId.isWellFormed(subMchid)) {
      return say(order, new Verdict(Event.WOULD_KEEP, "MALFORMED"), Optional.empty());
    }
    Call<Reply.ToQuery> call =
        client.query(
            new OutTradeNo(order.outTradeNo()),
            new Merchant(choices.spMchid(), new MerchantId(subMchid)),
            () -> rate.take(() -> !stopping));
    if (stopping && isUnanswered(call.reply())) {
      cutShort = true;
      return Optional.empty();
    }
    Optional<Exchange> last =
        call.exchanges().isEmpty() ? Optional.empty() : Optional.of(call.exchanges().getLast());
    return say(order, verdict(order, call.reply()), last);
  }

  private static boolean isUnanswered(Reply.ToQuery reply) {
    return reply instanceof Reply.NotSent || reply instanceof Reply.NoResponse;
  }

  private Verdict verdict(ShopOrder order, Reply.ToQuery reply) {
    return switch (reply) {
      case Reply.Found found ->
          switch (found.tradeState()) {
            case NOTPAY, CLOSED, REVOKED, USERPAYING, PAYERROR, ACCEPT ->
                new Verdict(Event.WOULD_CLOSE, found.tradeState().name());
            case SUCCESS ->
                new Verdict(
                    choices.marksPaid() ? Event.WOULD_MARK_PAID : Event.WOULD_KEEP, "SUCCESS");
            case REFUND, UNKNOWN -> new Verdict(Event.WOULD_KEEP, found.tradeState().name());
          };
      case Reply.Refused refused ->
          refused.code() == Code.ORDER_NOT_EXIST && refused.verified()
              ? absent(order)
              : new Verdict(Event.WOULD_KEEP, refused.code().name());
      case Reply.Unverified unverified -> new Verdict(Event.WOULD_KEEP, unverified.fault().name());
      case Reply.Unclear unclear -> new Verdict(Event.WOULD_KEEP, "UNCLEAR");
      case Reply.NoResponse none -> new Verdict(Event.WOULD_KEEP, "NO_RESPONSE");
      case Reply.NotSent none -> new Verdict(Event.WOULD_KEEP, "NOT_ASKED");
    };
  }

  private Verdict absent(ShopOrder order) {
    return switch (choices.policy().notFound()) {
      case CLOSE -> new Verdict(Event.WOULD_CLOSE, "ABSENT");
      case KEEP -> new Verdict(Event.WOULD_KEEP, "ABSENT");
      case AUTO ->
          order.merchantKnown()
              ? new Verdict(Event.WOULD_CLOSE, "ABSENT")
              : new Verdict(Event.WOULD_KEEP, "ABSENT_MERCHANT_UNKNOWN");
    };
  }

  private static Optional<Verdict> say(
      ShopOrder order, Verdict verdict, Optional<Exchange> exchange) {
    verdict
        .event()
        .on(log)
        .addKeyValue("out_trade_no", order.outTradeNo())
        .addKeyValue("sub_mchid", order.subMchid().orElse(""))
        .addKeyValue("reason", verdict.reason())
        .addKeyValue("code", exchange.flatMap(Exchange::code).orElse(""))
        .addKeyValue("request_id", exchange.flatMap(Exchange::requestId).orElse(""))
        .log("{}: {}", order.outTradeNo(), verdict.reason());
    return Optional.of(verdict);
  }
}
