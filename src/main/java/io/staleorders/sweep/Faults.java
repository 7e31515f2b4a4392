package io.staleorders.sweep;

import io.staleorders.order.Decision;
import io.staleorders.order.Event;
import io.staleorders.order.Exchange;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.PauseScope;
import io.staleorders.order.Reply;
import io.staleorders.store.Outcome;
import io.staleorders.store.PauseStore;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trouble that is not one order's: dead sub-merchants, a wrong key, an outage, the account's rate,
 * this machine's clock. What it pauses is paused at once here, and within a moment in all copies.
 */
public final class Faults {
  private static final Logger log = LoggerFactory.getLogger(Faults.class);

  /** Calls in a row without an HTTP response that make an outage. */
  static final int SILENT_CALLS = 20;

  /** Refusals in a row that make it one sub-merchant's trouble, while others succeed. */
  static final int RATE_REFUSALS = 3;

  private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);
  private static final String OUTAGE = "OUTAGE";

  private final PauseStore pauses;
  private final DatabaseWatch database;
  private final Set<String> beginning = ConcurrentHashMap.newKeySet();
  private final Set<PauseScope> over = ConcurrentHashMap.newKeySet();
  private volatile Set<String> paused = Set.of();
  private final Map<MerchantId, Streak> rateRefusals = new HashMap<>();
  private int silentCalls;
  private long unrefusedCalls;
  private volatile boolean clockOff;

  /** Refusals of one sub-merchant in a row, and how many calls had gone well when it began. */
  private record Streak(int refusals, long unrefusedBefore) {}

  public Faults(PauseStore pauses, DatabaseWatch database) {
    this.pauses = pauses;
    this.database = database;
  }

  /** Takes over what all copies know to be paused. */
  public void pausedScopes(List<String> scopes) {
    paused = Set.copyOf(scopes);
  }

  /** Whether calls for this merchant have to wait. */
  boolean isPaused(Merchant merchant) {
    return isPaused(new PauseScope.Account())
        || isPaused(new PauseScope.SubMerchant(merchant.subMchid()));
  }

  private boolean isPaused(PauseScope scope) {
    return beginning.contains(scope.text()) || paused.contains(scope.text());
  }

  /** Whether this copy must not call, because its clock is wrong. */
  boolean isClockOff() {
    return clockOff;
  }

  /** The clock is right again once it agrees with the database's. */
  void databaseAhead(Duration ahead) {
    if (clockOff && ahead.abs().compareTo(CLOCK_TOLERANCE) <= 0) {
      clockOff = false;
      log.info("this machine's clock agrees with the database's again; calling goes on");
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
    task.probe().ifPresent(scope -> probed(scope, outcome, result));
    switch (outcome.decision()) {
      case Decision.Pause pause -> begin(pause.scope(), pause.code(), outcome);
      case Decision.ClockOff off -> clockOff(off);
      case Decision.RateLimited limited -> {}
      case Decision.Uncalled uncalled -> {}
      case Decision.Resolution resolution -> {}
      case Decision.Retry retry -> {}
    }
    if (outage) {
      begin(new PauseScope.Account(), OUTAGE, outcome);
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

  /** Any answer but the fault that paused lifts the pause; silence is no answer. */
  private void probed(PauseScope scope, Outcome outcome, Attempt.Result result) {
    if (outcome.exchanges().isEmpty()) {
      return;
    }
    boolean silent = result.replies().stream().allMatch(Reply.NoResponse.class::isInstance);
    if (silent || isFaultOf(scope, outcome.decision())) {
      database
          .ask(
              () ->
                  silent
                      ? pauses.extend(scope, Optional.empty(), Optional.empty())
                      : pauses.extend(scope, code(outcome), message(outcome)))
          .flatMap(pause -> pause)
          .ifPresent(pause -> sayPaused(scope, pause.code(), pause.until()));
    } else {
      end(scope);
    }
  }

  private void end(PauseScope scope) {
    database
        .ask(() -> pauses.end(scope))
        .ifPresentOrElse(
            ended -> ended.ifPresent(pause -> sayResumed(scope, pause)), () -> over.add(scope));
  }

  /** Lifts the pauses that could not be lifted when their probe went well. */
  void endWhatIsOver() {
    for (PauseScope scope : List.copyOf(over)) {
      over.remove(scope);
      end(scope);
    }
  }

  private static void sayResumed(PauseScope scope, PauseStore.Standing pause) {
    Event.RESUMED
        .on(log)
        .addKeyValue("scope", scope.text())
        .addKeyValue("code", pause.code())
        .addKeyValue("until", pause.until().toString())
        .log("{} goes on: {} is over", scope.text(), pause.code());
  }

  private static boolean isFaultOf(PauseScope scope, Decision decision) {
    return switch (decision) {
      case Decision.Pause pause -> pause.scope().equals(scope);
      case Decision.RateLimited limited -> scope instanceof PauseScope.SubMerchant;
      case Decision.ClockOff off -> false;
      case Decision.Uncalled uncalled -> true;
      case Decision.Retry retry -> false;
      case Decision.Resolution resolution -> false;
    };
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
          .flatMap(until -> until)
          .ifPresent(until -> sayPaused(scope, code, until));
      alsoPaused(scope);
    } finally {
      beginning.remove(scope.text());
    }
  }

  /** What the database says next time replaces it. */
  private synchronized void alsoPaused(PauseScope scope) {
    Set<String> more = new HashSet<>(paused);
    more.add(scope.text());
    paused = Set.copyOf(more);
  }

  private static void sayPaused(PauseScope scope, String code, Instant until) {
    Event.PAUSED
        .on(log)
        .addKeyValue("scope", scope.text())
        .addKeyValue("code", code)
        .addKeyValue("until", until.toString())
        .log("{} is paused: {}; one order tries again then", scope.text(), code);
  }

  private void clockOff(Decision.ClockOff off) {
    boolean first = !clockOff;
    clockOff = true;
    if (first) {
      Event.CLOCK_OFF
          .on(log)
          .addKeyValue("off_seconds", off.ahead().negated().toSeconds())
          .log("this machine's clock is wrong; this copy stops calling until it is set right");
    }
  }

  private static Optional<String> code(Outcome outcome) {
    return outcome.deciding().flatMap(Exchange::code);
  }

  private static Optional<String> message(Outcome outcome) {
    return outcome.deciding().flatMap(Exchange::message);
  }
}
