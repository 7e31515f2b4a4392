package io.staleorders.order;

import java.time.Duration;
import java.time.Instant;

/**
 * When a decision is made.
 *
 * @param now by the database's clock
 * @param databaseAhead how far the database's clock is ahead of this machine's
 */
public record Moment(Instant now, Duration databaseAhead) {}
