package io.staleorders.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What there is to do, and when there will be more, by the database's clock.
 *
 * @param scanDue whether the shop has a due order that is not entered yet, where that was asked
 * @param claimableAt when the next entered order may be claimed; not later than {@code now}: at
 *     once
 * @param nextDueAt when the next order of the shop that is too young now falls due
 * @param probeAt when the next pause wants to be probed
 * @param paused scopes that are paused
 * @param tableChanged whether the shop's columns are of other types than the statements are for
 */
public record Look(
    Instant now,
    boolean scanDue,
    Optional<Instant> claimableAt,
    Optional<Instant> nextDueAt,
    Optional<Instant> probeAt,
    List<String> paused,
    boolean tableChanged) {

  /** Whether there is an order to claim. */
  public boolean claimDue() {
    return claimableAt.filter(at -> !at.isAfter(now)).isPresent();
  }

  /** Whether a pause wants to be probed. */
  public boolean probeDue() {
    return probeAt.filter(at -> !at.isAfter(now)).isPresent();
  }
}
