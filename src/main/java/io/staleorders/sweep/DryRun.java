package io.staleorders.sweep;

import io.staleorders.order.Call;
import io.staleorders.order.ClaimedOrder;
import io.staleorders.order.CloseDecider;
import io.staleorders.order.ClosePolicy;
import io.staleorders.order.Code;
import io.staleorders.order.Decision;
import io.staleorders.order.Event;
import io.staleorders.order.Exchange;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.Moment;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.PauseScope;
import io.staleorders.order.Progress;
import io.staleorders.order.Reply;
import io.staleorders.order.TradeState;
import io.staleorders.store.Claim;
import io.staleorders.store.DatabaseFailure;
import io.staleorders.store.DryRunStore;
import io.staleorders.store.DueStore;
import io.staleorders.store.Outcome;
import io.staleorders.store.Page;
import io.staleorders.store.ShopOrder;
import io.staleorders.store.ShopStore;
import io.staleorders.sweep.DatabaseWatch.Asked;
import io.staleorders.wechatpay.CloseClient;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks WeChat Pay about every due order once and logs what a sweep would do, under the same rate,
 * pause and fault rules. Claims nothing and writes nothing: its rate and pauses are in memory, and
 * what the service has paused is respected where our schema can be read.
 */
public final class DryRun {
  private static final Logger log = LoggerFactory.getLogger(DryRun.class);

  /** How often the database is asked for its clock and the service's pauses. */
  private static final Duration BETWEEN_STATES = Duration.ofSeconds(1);

  private static final Duration TURN = Duration.ofMillis(100);

  /** Nothing is claimed, so that no lease ends. */
  private static final Duration LEASE = Duration.ofDays(1);

  private static final UUID NO_CLAIM = new UUID(0, 0);
  private static final PauseScope ACCOUNT = new PauseScope.Account();

  private final Stores stores;
  private final CloseClient client;
  private final CloseDecider decider;
  private final Choices choices;
  private final DatabaseWatch database;
  private final InstantSource clock;
  private final MemoryPauses pauses;
  private final Faults faults;
  private final CallRate rate;
  private final Permits permits;
  private final UnreadableRows unreadable = new UnreadableRows();
  private Optional<Place> next = Optional.empty();
  private final LongAdder close = new LongAdder();
  private final LongAdder markPaid = new LongAdder();
  private final LongAdder keep = new LongAdder();
  private final LongAdder paid = new LongAdder();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final ReentrantLock running = new ReentrantLock();
  private volatile Seen seen;
  private volatile boolean brokenOff;
  private volatile Summary latest = new Summary(0, 0, 0);
  private volatile long latestPaid;
  private volatile Optional<Instant> oldestDue = Optional.empty();

  /** What a dry run reads. */
  public record Stores(DueStore due, DryRunStore state, ShopStore shop) {}

  /**
   * The operator's choices.
   *
   * @param marksPaid whether {@code ORDERS_PAID_STATUS} is set
   * @param concurrency {@code CLOSE_CONCURRENCY}
   * @param closeRate {@code CLOSE_RATE}, calls per second
   * @param callTimeout {@code WECHATPAY_TIMEOUT}
   * @param closeDelay {@code CLOSE_DELAY}
   * @param firstPause {@code PAUSE_FIRST_DELAY}
   * @param maxPause {@code PAUSE_MAX_DELAY}
   * @param interval between two dry runs
   */
  public record Choices(
      MerchantId spMchid,
      ClosePolicy policy,
      boolean marksPaid,
      int concurrency,
      double closeRate,
      Duration callTimeout,
      Duration closeDelay,
      Duration firstPause,
      Duration maxPause,
      Duration interval) {}

  /** What would be done with an order, and why. */
  private record Verdict(Event event, String reason) {}

  /** The state of the database, and when it was read. */
  private record Seen(long tick, DryRunStore.State state, Duration databaseAhead) {}

  public DryRun(
      Stores stores,
      CloseClient client,
      DatabaseWatch database,
      InstantSource clock,
      Choices choices) {
    this.stores = stores;
    this.client = client;
    this.decider = new CloseDecider(choices.policy());
    this.choices = choices;
    this.database = database;
    this.clock = clock;
    // What is in memory always answers.
    DatabaseWatch memory = new DatabaseWatch(() -> {});
    this.pauses = new MemoryPauses(choices.firstPause(), choices.maxPause(), clock);
    this.faults = new Faults(pauses, memory);
    this.rate =
        new CallRate(
            new MemorySlots(choices.closeRate()), choices.closeRate(), memory, () -> paused -> {});
    this.permits =
        new Permits(choices.callTimeout(), new Sweep.Shared(database, rate, faults, clock));
    this.seen =
        new Seen(
            Ticker.now() - BETWEEN_STATES.toNanos(),
            new DryRunStore.State(clock.instant(), List.of()),
            Duration.ZERO);
  }

  /** Counts of what a sweep would do. */
  public record Summary(long close, long markPaid, long keep) {
    /** Orders asked about. */
    public long orders() {
      return close + markPaid + keep;
    }
  }

  /** The rate of its calls, for those that are made beside it. */
  public CallRate rate() {
    return rate;
  }

  /**
   * Asks about every due order once. Ends early where a sweep would: the account is paused, this
   * machine's clock is wrong, or the database is unavailable.
   */
  public Summary run() {
    return run(false);
  }

  /** As {@link #run}, but waits where that would end early. */
  public void runToTheEnd() {
    run(true);
  }

  private Summary run(boolean patient) {
    running.lock();
    try {
      return runLocked(patient);
    } finally {
      running.unlock();
    }
  }

  private Summary runLocked(boolean patient) {
    Summary before = total();
    long paidBefore = paid.sum();
    brokenOff = false;
    oldestDue = Optional.empty();
    Optional<Place> place = Optional.of(new Place.First());
    while (place.isPresent() && mayGoOn(patient)) {
      Place from = place.get();
      switch (database.askOfRows(() -> numbers(from))) {
        case Asked.Done<List<String>> done -> {
          Optional<List<ShopOrder>> orders = orders(done.value());
          if (orders.isPresent()) {
            askAbout(orders.get(), patient);
            place = next.filter(after -> !done.value().isEmpty());
          }
        }
        case Asked.Refused<List<String>> refused ->
            place =
                from instanceof Place.AfterKey after
                    ? unreadableAfter(after, refused.failure())
                    : Optional.of(new Place.AfterKey(Optional.empty()));
        case Asked.Unavailable<List<String>> unavailable -> {}
      }
    }
    Summary after = total();
    latest =
        new Summary(
            after.close - before.close, after.markPaid - before.markPaid, after.keep - before.keep);
    latestPaid = paid.sum() - paidBefore;
    return latest;
  }

  /** A place in the shop's table. */
  private sealed interface Place {
    /** Before the first due order. */
    record First() implements Place {}

    /** After a due order, by age. */
    record After(Page.Cursor cursor) implements Place {}

    /** After a key: the age of some row cannot be read. */
    record AfterKey(Optional<String> key) implements Place {}
  }

  /** The next numbers, and where those after them begin. */
  private List<String> numbers(Place from) {
    return switch (from) {
      case Place.First first -> byAge(Optional.empty());
      case Place.After after -> byAge(Optional.of(after.cursor()));
      case Place.AfterKey after -> {
        List<String> keys = stores.due().keys(after.key());
        next =
            keys.isEmpty()
                ? Optional.empty()
                : Optional.of(new Place.AfterKey(Optional.of(keys.getLast())));
        yield keys;
      }
    };
  }

  private List<String> byAge(Optional<Page.Cursor> cursor) {
    List<Page.Cursor> page = stores.due().page(cursor);
    next = page.isEmpty() ? Optional.empty() : Optional.of(new Place.After(page.getLast()));
    return page.stream().map(Page.Cursor::outTradeNo).toList();
  }

  private Optional<Place> unreadableAfter(Place.AfterKey after, DatabaseFailure failure) {
    unreadable.found("after " + after.key().orElse("the first"), failure);
    return Optional.empty();
  }

  /** What was counted since the start. */
  public Summary total() {
    return new Summary(close.sum(), markPaid.sum(), keep.sum());
  }

  /** Whether the latest run ended before every due order had its verdict. */
  public boolean isBrokenOff() {
    return brokenOff;
  }

  /** How long to wait until the next dry run. */
  public Duration interval() {
    return choices.interval();
  }

  /** Asks the database for its state: nothing else would for a long time while it waits. */
  public void look() {
    read();
  }

  /** Logs how things stand; nothing while the database does not answer. */
  public void beat() {
    if (database.isUnavailable()) {
      return;
    }
    Event.HEARTBEAT
        .on(log)
        .addKeyValue("due", latest.orders())
        .addKeyValue("retrying", 0)
        .addKeyValue("abandoned", 0)
        .addKeyValue("paused", paused().size())
        .addKeyValue("paid_still_unpaid_here", latestPaid)
        .addKeyValue("row_refused", 0)
        .addKeyValue("oldest_due_seconds", oldestDueSeconds())
        .addKeyValue("calls_per_second", rate.takeCallsPerSecond())
        .log("heartbeat");
  }

  private long oldestDueSeconds() {
    Instant now = seen.state().now().plus(Ticker.since(seen.tick()));
    return oldestDue
        .map(made -> Duration.between(made.plus(choices.closeDelay()), now).toSeconds())
        .orElse(0L);
  }

  /** Ends a run in progress after the queries in flight, or at the end of the grace. */
  public void stop(StopDeadline deadline) {
    permits.stop();
    stop.countDown();
    try {
      if (running.tryLock(deadline.forCalls().toNanos(), TimeUnit.NANOSECONDS)) {
        running.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isStopping() {
    return permits.isStopping();
  }

  /** In the order of the page, without those that cannot be read; absent if unavailable. */
  private Optional<List<ShopOrder>> orders(List<String> page) {
    List<String> numbers = page.stream().distinct().toList();
    Map<String, ShopOrder> orders = new HashMap<>();
    boolean available =
        Halving.of(database, unreadable).each(numbers, stores.shop()::read, orders::putAll);
    return available
        ? Optional.of(
            numbers.stream()
                .map(number -> Optional.ofNullable(orders.get(number)))
                .flatMap(Optional::stream)
                .toList())
        : Optional.empty();
  }

  /** Whether calls may be made; a patient run waits until they may. */
  private boolean mayGoOn(boolean patient) {
    while (!isStopping()) {
      refresh();
      if (permits.mayBegin() && isAccountOpen()) {
        return true;
      }
      if (!patient) {
        brokenOff = true;
        return false;
      }
      await(TURN);
    }
    brokenOff = true;
    return false;
  }

  /** Whether the account is not paused, or one order may probe it. */
  private boolean isAccountOpen() {
    return !isPausedByService(ACCOUNT)
        && pauses.untilProbe(ACCOUNT).filter(Duration::isPositive).isEmpty();
  }

  private boolean isPausedByService(PauseScope scope) {
    return seen.state().paused().contains(scope.text());
  }

  private void await(Duration atMost) {
    try {
      if (stop.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
        log.debug("the dry run ends");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      permits.stop();
    }
  }

  private void refresh() {
    if (Ticker.since(seen.tick()).compareTo(BETWEEN_STATES) >= 0) {
      read();
    }
  }

  private void read() {
    database
        .ask(stores.state()::state)
        .ifPresent(
            state -> {
              Duration ahead = Duration.between(clock.instant(), state.now());
              seen = new Seen(Ticker.now(), state, ahead);
              faults.databaseAhead(ahead);
            });
    Consumer<List<String>> pausedScopes = faults.asking();
    pausedScopes.accept(List.copyOf(paused()));
  }

  /** By the service, or here. */
  private Set<String> paused() {
    return Stream.concat(
            seen.state().paused().stream(), pauses.scopes().stream().map(PauseScope::text))
        .collect(Collectors.toSet());
  }

  /** Those that could not be asked about because of a pause are tried again after it. */
  private void askAbout(List<ShopOrder> orders, boolean patient) {
    List<ShopOrder> left = orders;
    while (!left.isEmpty() && mayGoOn(patient)) {
      left = askAboutOnce(left);
    }
  }

  /**
   * Asks about each order on a thread of its own, at most {@code CLOSE_CONCURRENCY} at a time.
   *
   * @return the orders that could not be asked about
   */
  private List<ShopOrder> askAboutOnce(List<ShopOrder> orders) {
    Queue<ShopOrder> left = new ConcurrentLinkedQueue<>();
    Semaphore concurrency = new Semaphore(choices.concurrency());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (ShopOrder order : orders) {
        if (isStopping()) {
          brokenOff = true;
          break;
        }
        noteAge(order);
        Optional<String> keptFor = keptFor(order);
        if (keptFor.isPresent()) {
          count(say(order, new Verdict(Event.WOULD_KEEP, keptFor.get()), Optional.empty()));
          continue;
        }
        refresh();
        PauseScope subMerchant = subMerchant(order);
        Optional<PauseScope> probed = takeProbe(subMerchant);
        if (probed.isPresent()) {
          ask(order, probed, left);
        } else if (isPausedByService(ACCOUNT) || pauses.untilProbe(ACCOUNT).isPresent()) {
          left.add(order);
        } else if (isPausedByService(subMerchant) || pauses.untilProbe(subMerchant).isPresent()) {
          count(say(order, new Verdict(Event.WOULD_KEEP, "PAUSED"), Optional.empty()));
        } else {
          concurrency.acquireUninterruptibly();
          threads.execute(
              () -> {
                try {
                  ask(order, Optional.empty(), left);
                } finally {
                  concurrency.release();
                }
              });
        }
      }
    }
    return List.copyOf(left);
  }

  /** The pause that this order may probe, if one is due. */
  private Optional<PauseScope> takeProbe(PauseScope subMerchant) {
    if (isPausedByService(ACCOUNT)) {
      return Optional.empty();
    }
    if (pauses.untilProbe(ACCOUNT).isPresent()) {
      return pauses.takeProbe(ACCOUNT) ? Optional.of(ACCOUNT) : Optional.empty();
    }
    return !isPausedByService(subMerchant) && pauses.takeProbe(subMerchant)
        ? Optional.of(subMerchant)
        : Optional.empty();
  }

  private static PauseScope subMerchant(ShopOrder order) {
    return new PauseScope.SubMerchant(new MerchantId(order.subMchid().orElseThrow()));
  }

  private void noteAge(ShopOrder order) {
    if (oldestDue.isEmpty()) {
      oldestDue = order.createdAt();
    }
  }

  private void count(Verdict verdict) {
    switch (verdict.event()) {
      case WOULD_CLOSE -> close.increment();
      case WOULD_MARK_PAID -> markPaid.increment();
      default -> keep.increment();
    }
  }

  /** Why an order is not asked about, whatever is paused. */
  private static Optional<String> keptFor(ShopOrder order) {
    if (order.unpaidRows() == 0) {
      return Optional.of("SUPERSEDED");
    }
    if (order.unpaidRows() > 1 || order.subMchids() > 1) {
      return Optional.of("DUPLICATE_NUMBER");
    }
    boolean wellFormed =
        OutTradeNo.isWellFormed(order.outTradeNo())
            && order.subMchid().filter(MerchantId::isWellFormed).isPresent();
    return wellFormed ? Optional.empty() : Optional.of("MALFORMED");
  }

  /**
   * Asks about one order and logs the verdict.
   *
   * @param left takes the order if it could not be asked about
   */
  private void ask(ShopOrder order, Optional<PauseScope> probed, Queue<ShopOrder> left) {
    Task task = task(order, probed);
    Call<Reply.ToQuery> call =
        client.query(task.order().outTradeNo(), task.order().merchant(), permits.of(task));
    if (permits.isStopping() && isUnanswered(call.reply())) {
      brokenOff = true;
      return;
    }
    Moment moment = new Moment(task.databaseNow(), task.databaseAhead());
    Decision decision = decider.afterQuery(task.order(), new Reply.NotSent(), call.reply(), moment);
    if (decision instanceof Decision.RateLimited) {
      rate.lower().ifPresent(Calls::sayLowered);
    }
    Outcome outcome = Outcome.of(task.claim(), decision, call.exchanges());
    faults.seen(task, new Attempt.Result(outcome, List.of(call.reply())));
    if (call.reply() instanceof Reply.NotSent) {
      left.add(order);
      return;
    }
    if (call.reply() instanceof Reply.Found found && found.tradeState() == TradeState.SUCCESS) {
      paid.increment();
    }
    Optional<Exchange> last =
        call.exchanges().isEmpty() ? Optional.empty() : Optional.of(call.exchanges().getLast());
    count(say(order, verdict(order, call.reply()), last));
  }

  private static boolean isUnanswered(Reply.ToQuery reply) {
    return reply instanceof Reply.NotSent || reply instanceof Reply.NoResponse;
  }

  private Task task(ShopOrder order, Optional<PauseScope> probed) {
    Seen now = seen;
    Instant createdAt = order.createdAt().orElse(now.state().now());
    String subMchid = order.subMchid().orElseThrow();
    Claim claim =
        new Claim(order.outTradeNo(), subMchid, createdAt, NO_CLAIM, Progress.NONE, false);
    ClaimedOrder claimed =
        new ClaimedOrder(
            new OutTradeNo(order.outTradeNo()),
            new Merchant(choices.spMchid(), new MerchantId(subMchid)),
            createdAt,
            NO_CLAIM,
            Progress.NONE,
            false,
            order.merchantKnown());
    return new Task(
        claim,
        claimed,
        now.state().now(),
        now.tick(),
        now.databaseAhead(),
        Lease.begunAt(Ticker.now(), LEASE),
        probed);
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

  private static Verdict say(ShopOrder order, Verdict verdict, Optional<Exchange> exchange) {
    verdict
        .event()
        .on(log)
        .addKeyValue("out_trade_no", order.outTradeNo())
        .addKeyValue("sub_mchid", order.subMchid().orElse(""))
        .addKeyValue("reason", verdict.reason())
        .addKeyValue("code", exchange.flatMap(Exchange::code).orElse(""))
        .addKeyValue("request_id", exchange.flatMap(Exchange::requestId).orElse(""))
        .log("{}: {}", order.outTradeNo(), verdict.reason());
    return verdict;
  }
}
