package io.staleorders.sweep;

import io.staleorders.store.CallSlots;
import io.staleorders.store.RateStore.Slots;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * The call rate of a dry run, which writes nothing and so shares its rate with nobody: the rules
 * are those of the shared rate. Safe for use by many threads.
 */
final class MemorySlots implements CallSlots {
  private static final Duration BETWEEN_HALVINGS = Duration.ofSeconds(1);
  private static final Duration BEFORE_CLIMBING = Duration.ofSeconds(5);
  private static final double CLIMB = 0.02;

  private final double closeRate;
  private Instant nextSlotAt = Instant.MIN;
  private Optional<Lowered> lowered = Optional.empty();

  /** The rate that a refusal at {@code refusedAt} left. */
  private record Lowered(double to, Instant at, Instant refusedAt) {}

  /**
   * @param closeRate {@code CLOSE_RATE}, calls per second
   */
  MemorySlots(double closeRate) {
    this.closeRate = closeRate;
  }

  @Override
  public synchronized Slots reserve(int wanted, Duration ahead) {
    Instant now = now();
    Instant first = nextSlotAt.isAfter(now) ? nextSlotAt : now;
    double allowed = allowed(now);
    int most = (int) Math.floor(allowed * ahead.toMillis() / 1e3);
    Slots slots = new Slots(first, Math.max(1, Math.min(wanted, most)), allowed, now, List.of());
    nextSlotAt = first.plus(slots.space().multipliedBy(slots.count()));
    return slots;
  }

  @Override
  public synchronized Optional<Double> lower() {
    Instant now = now();
    double allowed = allowed(now);
    boolean halved =
        lowered.filter(before -> now.isBefore(before.at().plus(BETWEEN_HALVINGS))).isEmpty();
    double to = halved ? Math.max(1, allowed / 2) : allowed;
    lowered = Optional.of(new Lowered(to, halved ? now : lowered.orElseThrow().at(), now));
    return halved ? Optional.of(to) : Optional.empty();
  }

  private double allowed(Instant now) {
    return lowered.map(before -> Math.min(closeRate, climbed(before, now))).orElse(closeRate);
  }

  private double climbed(Lowered from, Instant now) {
    Duration climbing = Duration.between(from.refusedAt(), now).minus(BEFORE_CLIMBING);
    return from.to() + CLIMB * closeRate * Math.max(0, climbing.toNanos() / 1e9);
  }

  /** On a clock of its own that only goes forward: nobody compares it with another's. */
  private static Instant now() {
    return Instant.EPOCH.plusNanos(Ticker.now());
  }
}
