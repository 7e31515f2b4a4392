package io.staleorders.sweep;

import io.staleorders.order.Backoff;
import io.staleorders.order.PauseScope;
import io.staleorders.store.Pauses;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The pauses of a dry run, which writes nothing: the rules are those of the shared pauses. Safe for
 * use by many threads.
 */
final class MemoryPauses implements Pauses {
  private static final Duration LONGEST_OF_OUTAGE = Duration.ofMinutes(1);
  private static final int MOST_DOUBLINGS = 20;

  private final Duration firstDelay;
  private final Duration maxDelay;
  private final InstantSource clock;
  private final Map<PauseScope, Held> held = new HashMap<>();

  /**
   * A pause.
   *
   * @param probeTick when it is probed next
   */
  private record Held(Standing standing, int failures, long probeTick) {}

  /**
   * @param firstDelay {@code PAUSE_FIRST_DELAY}
   * @param maxDelay {@code PAUSE_MAX_DELAY}
   */
  MemoryPauses(Duration firstDelay, Duration maxDelay, InstantSource clock) {
    this.firstDelay = firstDelay;
    this.maxDelay = maxDelay;
    this.clock = clock;
  }

  /** The scopes that are paused. */
  synchronized Set<PauseScope> scopes() {
    return Set.copyOf(held.keySet());
  }

  /** How long it is until a paused scope is probed; zero if that is due, absent if not paused. */
  synchronized Optional<Duration> untilProbe(PauseScope scope) {
    return Optional.ofNullable(held.get(scope))
        .map(pause -> Ticker.until(pause.probeTick()))
        .map(until -> until.isNegative() ? Duration.ZERO : until);
  }

  /** Takes the probe of a scope, if it is paused and the probe is due. */
  synchronized boolean takeProbe(PauseScope scope) {
    Optional<Held> due =
        Optional.ofNullable(held.get(scope)).filter(pause -> Ticker.isOver(pause.probeTick()));
    due.ifPresent(pause -> hold(scope, pause.standing(), pause.failures(), pause.failures()));
    return due.isPresent();
  }

  @Override
  public synchronized Optional<Standing> begin(
      PauseScope scope, String code, Optional<String> message) {
    return held.containsKey(scope)
        ? Optional.empty()
        : Optional.of(hold(scope, new Standing(code, message, clock.instant()), 1, 0));
  }

  @Override
  public synchronized int returnProbe(PauseScope scope) {
    Optional<Held> pause = Optional.ofNullable(held.get(scope));
    pause.ifPresent(one -> hold(scope, one.standing(), one.failures(), 0));
    return pause.isPresent() ? 1 : 0;
  }

  @Override
  public synchronized Optional<Standing> extend(PauseScope scope) {
    return Optional.ofNullable(held.get(scope))
        .map(pause -> hold(scope, pause.standing(), pause.failures() + 1, pause.failures()));
  }

  @Override
  public synchronized Optional<Probed> refused(
      PauseScope scope, String code, Optional<String> message) {
    return Optional.ofNullable(held.get(scope))
        .map(
            pause -> {
              String before = pause.standing().code();
              int failures = before.equals(code) ? pause.failures() : 0;
              Standing now = new Standing(code, message, clock.instant());
              return new Probed(before, hold(scope, now, failures + 1, failures));
            });
  }

  @Override
  public synchronized Optional<Standing> end(PauseScope scope) {
    return Optional.ofNullable(held.remove(scope)).map(Held::standing);
  }

  @Override
  public synchronized Optional<Standing> endOutage(PauseScope scope) {
    return Optional.ofNullable(held.get(scope))
        .filter(pause -> pause.standing().code().equals(OUTAGE))
        .flatMap(pause -> end(scope));
  }

  private Standing hold(PauseScope scope, Standing why, int failures, int doublings) {
    Duration longest = why.code().equals(OUTAGE) ? shorter(maxDelay, LONGEST_OF_OUTAGE) : maxDelay;
    Duration delay = Backoff.doubled(firstDelay, Math.min(doublings, MOST_DOUBLINGS), longest);
    Standing standing = new Standing(why.code(), why.message(), clock.instant().plus(delay));
    held.put(scope, new Held(standing, failures, Ticker.after(delay)));
    return standing;
  }

  private static Duration shorter(Duration a, Duration b) {
    return a.compareTo(b) <= 0 ? a : b;
  }
}
