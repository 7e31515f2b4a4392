package io.staleorders.sweep;

import io.staleorders.order.PauseScope;
import io.staleorders.store.Claims;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries with one order whether a pause can end. */
final class PauseProbe {
  private static final Logger log = LoggerFactory.getLogger(PauseProbe.class);

  /** How many orders that need no call, cancelled ones say, a probe passes by to find one. */
  private static final int LONGEST_SEARCH = 100;

  private final Stores stores;
  private final DatabaseWatch database;
  private final Caller caller;

  /** Starts calls for claimed orders. */
  interface Caller {
    /**
     * Starts a call for each that needs one.
     *
     * @param claimTick when they were claimed, at the earliest
     * @param scope the paused scope that is probed
     * @return how many calls were started
     */
    int call(Claims claims, long claimTick, PauseScope scope);
  }

  PauseProbe(Stores stores, DatabaseWatch database, Caller caller) {
    this.stores = stores;
    this.database = database;
    this.caller = caller;
  }

  /**
   * Takes the probe of a pause, if one is due and no other instance has it, and tries one order.
   */
  void takeIfDue() {
    Optional<PauseScope> scope = database.ask(stores.pauses()::takeProbe).flatMap(taken -> taken);
    scope
        .filter(taken -> !tryOne(taken))
        .flatMap(taken -> database.ask(() -> stores.pauses().returnProbe(taken)))
        .ifPresent(rows -> log.debug("no order needs a call: the pause was not probed"));
  }

  /** Whether an order of the scope was found that needs a call. */
  private boolean tryOne(PauseScope scope) {
    for (int i = 0; i < LONGEST_SEARCH; i++) {
      long claimTick = Ticker.now();
      Optional<Claims> claimed = database.ask(() -> stores.claims().claimProbe(scope));
      if (claimed.isEmpty() || claimed.get().claims().isEmpty()) {
        return false;
      }
      if (caller.call(claimed.get(), claimTick, scope) > 0) {
        return true;
      }
    }
    return false;
  }
}
