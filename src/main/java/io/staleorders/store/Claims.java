package io.staleorders.store;

import java.time.Instant;
import java.util.List;

/**
 * What one claiming statement took.
 *
 * @param now by the database's clock
 */
public record Claims(Instant now, List<Claim> claims) {}
