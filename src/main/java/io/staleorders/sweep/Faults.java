package io.staleorders.sweep;

import io.staleorders.order.Decision;
import io.staleorders.order.Event;
import io.staleorders.order.Exchange;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.PauseScope;
import io.staleorders.order.Reply;
import io.staleorders.store.Outcome;
import io.staleorders.store.Pauses;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Faults that are not one order's: dead sub-merchants, a wrong key, an outage, the account's rate,
 * this machine's clock. What it pauses is paused at once here, and within 200 ms in all instances.
 */
public final class Faults {
  private static final Logger log = LoggerFactory.getLogger(Faults.class);

  /** Calls in a row without an HTTP response that make an outage. */
  static final int SILENT_CALLS = 20;

  /** Refusals in a row that make it one sub-merchant's trouble, while others succeed. */
  static final int RATE_REFUSALS = 3;

  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

  private final Pauses pauses;
  private final DatabaseWatch database;
  private final Set<String> beginning = ConcurrentHashMap.newKeySet();
  private final Set<PauseScope> over = ConcurrentHashMap.newKeySet();
  private volatile Set<String> paused = Set.of();
  private long pausesChanged;
  private final Map<MerchantId, Streak> rateRefusals = new HashMap<>();
  private int silentCalls;
  private long unrefusedCalls;
  private volatile boolean clockOff;

  /** Refusals of one sub-merchant in a row, and how many calls had gone well when it began. */
  private record Streak(int refusals, long unrefusedBefore) {}

  public Faults(Pauses pauses, DatabaseWatch database) {
    this.pauses = pauses;
    this.database = database;
  }

  /**
   * Called before the database is asked which scopes are paused.
   *
   * @return takes the scopes that it reports, unless something newer was learnt meanwhile
   */
  public synchronized Consumer<List<String>> asking() {
    long asked = pausesChanged;
    return scopes -> takeOver(asked, scopes);
  }

  private synchronized void takeOver(long asked, List<String> scopes) {
    if (pausesChanged == asked) {
      pausesChanged++;
      paused = Set.copyOf(scopes);
    }
  }

  /**
   * Whether calls for this merchant have to wait.
   *
   * @param probed the paused scope that the call is to probe, if any
   */
  boolean isPaused(Merchant merchant, Optional<PauseScope> probed) {
    boolean account = isPaused(new PauseScope.Account());
    return probed
        .map(scope -> account && scope instanceof PauseScope.SubMerchant)
        .orElseGet(() -> account || isPaused(new PauseScope.SubMerchant(merchant.subMchid())));
  }

  private boolean isPaused(PauseScope scope) {
    return beginning.contains(scope.text()) || paused.contains(scope.text());
  }

  /** Whether this instance must not call, because its clock is wrong. */
  boolean isClockOff() {
    return clockOff;
  }

  /** The clock is right again once it agrees with the database's. */
  void databaseAhead(Duration ahead) {
    if (clockOff && ahead.abs().compareTo(CLOCK_TOLERANCE) <= 0) {
      clockOff = false;
      log.info("this machine's clock agrees with the database's again: calls continue");
    }
  }

  /**
   * Looks at what an attempt came to.
   *
   * @return the outcome, with another decision where the trouble is not this order's
   */
  Outcome seen(Task task, Attempt.Result result) {
    Outcome outcome = afterRateRefusals(task, result);
    boolean outage = countSilentCalls(result);
    task.probe()
        .ifPresent(
            scope -> {
              probed(scope, outcome, result);
              alsoProbed(task.order().merchant(), outcome.decision());
            });
    switch (outcome.decision()) {
      case Decision.Pause pause -> begin(pause.scope(), pause.code(), outcome);
      case Decision.ClockOff off -> clockOff(off);
      case Decision.RateLimited limited -> {}
      case Decision.Uncalled uncalled -> {}
      case Decision.Resolution resolution -> {}
      case Decision.Retry retry -> {}
    }
    if (outage) {
      begin(new PauseScope.Account(), Pauses.OUTAGE, outcome);
    }
    return outcome;
  }

  private synchronized Outcome afterRateRefusals(Task task, Attempt.Result result) {
    MerchantId subMchid = task.order().merchant().subMchid();
    if (!(result.outcome().decision() instanceof Decision.RateLimited)) {
      if (result.replies().stream().anyMatch(Reply::isVerified)) {
        unrefusedCalls++;
      }
      if (!result.outcome().exchanges().isEmpty()) {
        rateRefusals.remove(subMchid);
      }
      return result.outcome();
    }
    Streak before = rateRefusals.getOrDefault(subMchid, new Streak(0, unrefusedCalls));
    Streak streak = new Streak(before.refusals() + 1, before.unrefusedBefore());
    rateRefusals.put(subMchid, streak);
    if (streak.refusals() < RATE_REFUSALS || unrefusedCalls == streak.unrefusedBefore()) {
      return result.outcome();
    }
    rateRefusals.remove(subMchid);
    return result
        .outcome()
        .with(
            new Decision.Pause(new PauseScope.SubMerchant(subMchid), "RATELIMIT_EXCEEDED"),
            Duration.ZERO);
  }

  private synchronized boolean countSilentCalls(Attempt.Result result) {
    for (Reply reply : result.replies()) {
      if (reply instanceof Reply.NoResponse) {
        silentCalls++;
      } else if (!(reply instanceof Reply.NotSent)) {
        silentCalls = 0;
      }
    }
    return silentCalls >= SILENT_CALLS;
  }

  /** Any response but the fault that paused, or a fault of the account, lifts the pause. */
  private void probed(PauseScope scope, Outcome outcome, Attempt.Result result) {
    if (outcome.exchanges().isEmpty()) {
      returnProbe(scope);
      return;
    }
    if (result.replies().stream().noneMatch(Faults::isResponse)) {
      extend(scope);
      return;
    }
    switch (outcome.decision()) {
      case Decision.Pause pause -> refused(scope, pause, outcome);
      case Decision.RateLimited limited -> {
        if (scope instanceof PauseScope.SubMerchant) {
          extend(scope);
        } else {
          end(scope);
        }
      }
      case Decision.ClockOff off -> endOutage(scope);
      case Decision.Uncalled uncalled -> end(scope);
      case Decision.Retry retry -> end(scope);
      case Decision.Resolution resolution -> end(scope);
    }
  }

  private void refused(PauseScope scope, Decision.Pause pause, Outcome outcome) {
    if (pause.scope().equals(scope)) {
      database
          .ask(() -> pauses.refused(scope, pause.code(), message(outcome)))
          .flatMap(probed -> probed)
          .ifPresent(probed -> logRefused(scope, probed));
    } else if (pause.scope() instanceof PauseScope.Account) {
      extend(scope);
    } else {
      end(scope);
    }
  }

  /** The account's probe takes an order of a paused sub-merchant where there is no other. */
  private void alsoProbed(Merchant merchant, Decision decision) {
    PauseScope subMerchant = new PauseScope.SubMerchant(merchant.subMchid());
    boolean served = decision instanceof Decision.Resolution || answered(decision);
    if (served && isPaused(subMerchant)) {
      end(subMerchant);
    }
  }

  private static boolean answered(Decision decision) {
    return decision instanceof Decision.Retry retry && retry.answered();
  }

  private static boolean isResponse(Reply reply) {
    return !(reply instanceof Reply.NoResponse || reply instanceof Reply.NotSent);
  }

  private void returnProbe(PauseScope scope) {
    database
        .ask(() -> pauses.returnProbe(scope))
        .ifPresent(rows -> log.debug("no call was made, so that the pause was not probed"));
  }

  private void extend(PauseScope scope) {
    database
        .ask(() -> pauses.extend(scope))
        .flatMap(pause -> pause)
        .ifPresent(pause -> logContinues(scope, pause));
  }

  /** Another instance, whose clock is right, may find that the account's own fault is gone. */
  private void endOutage(PauseScope scope) {
    Optional<Pauses.Standing> ended =
        database.ask(() -> pauses.endOutage(scope)).flatMap(pause -> pause);
    ended.ifPresentOrElse(pause -> ended(scope, pause), () -> returnProbe(scope));
  }

  private void end(PauseScope scope) {
    database
        .ask(() -> pauses.end(scope))
        .ifPresentOrElse(
            ended -> ended.ifPresent(pause -> ended(scope, pause)), () -> over.add(scope));
  }

  private void ended(PauseScope scope, Pauses.Standing pause) {
    synchronized (this) {
      pausesChanged++;
      paused =
          paused.stream()
              .filter(text -> !text.equals(scope.text()))
              .collect(Collectors.toUnmodifiableSet());
    }
    logResumed(scope, pause.code(), pause);
  }

  /** Lifts the pauses that could not be lifted when their probe went well. */
  void endWhatIsOver() {
    for (PauseScope scope : List.copyOf(over)) {
      over.remove(scope);
      end(scope);
    }
  }

  private void begin(PauseScope scope, String code, Outcome outcome) {
    if (isPaused(scope) || !beginning.add(scope.text())) {
      return;
    }
    synchronized (this) {
      silentCalls = 0;
    }
    try {
      database
          .ask(() -> pauses.begin(scope, code, message(outcome)))
          .flatMap(pause -> pause)
          .ifPresent(pause -> logPaused(scope, pause));
      alsoPaused(scope);
    } finally {
      beginning.remove(scope.text());
    }
  }

  /** What the database was asked for before that does not replace it. */
  private synchronized void alsoPaused(PauseScope scope) {
    pausesChanged++;
    Set<String> more = new HashSet<>(paused);
    more.add(scope.text());
    paused = Set.copyOf(more);
  }

  private static void logPaused(PauseScope scope, Pauses.Standing pause) {
    line(Event.PAUSED, scope, pause.code(), pause)
        .log("{} paused ({}): next probe at {}", scope.text(), pause.code(), pause.until());
  }

  private static void logRefused(PauseScope scope, Pauses.Probed probed) {
    if (probed.before().equals(probed.now().code())) {
      logContinues(scope, probed.now());
    } else {
      logResumed(scope, probed.before(), probed.now());
      logPaused(scope, probed.now());
    }
  }

  private static void logContinues(PauseScope scope, Pauses.Standing pause) {
    line(Event.PAUSE_CONTINUES, scope, pause.code(), pause)
        .log("{} still paused ({}): next probe at {}", scope.text(), pause.code(), pause.until());
  }

  private static void logResumed(PauseScope scope, String code, Pauses.Standing pause) {
    line(Event.RESUMED, scope, code, pause).log("{} resumed: {} cleared", scope.text(), code);
  }

  private static LoggingEventBuilder line(
      Event event, PauseScope scope, String code, Pauses.Standing pause) {
    return event
        .on(log)
        .addKeyValue("scope", scope.text())
        .addKeyValue("code", code)
        .addKeyValue("wechatpay_message", pause.message().orElse(""))
        .addKeyValue("until", pause.until().toString());
  }

  private void clockOff(Decision.ClockOff off) {
    boolean first = !clockOff;
    clockOff = true;
    if (first) {
      Event.CLOCK_OFF
          .on(log)
          .addKeyValue("off_seconds", off.ahead().negated().toSeconds())
          .log("this machine's clock is wrong: this instance makes no calls until it is corrected");
    }
  }

  private static Optional<String> message(Outcome outcome) {
    return outcome.deciding().flatMap(Exchange::message);
  }
}
