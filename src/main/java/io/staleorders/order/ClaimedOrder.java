package io.staleorders.order;

import java.time.Instant;
import java.util.UUID;

/**
 * A due order that this copy of the service may call about until its lease ends.
 *
 * @param createdAt as the shop's row says now
 * @param claimId fresh for each claim; a result is recorded only against it
 * @param secondLook whether WeChat Pay has already been found not to know the order, and is asked
 *     once more
 * @param merchantKnown whether WeChat Pay has ever known an order of this {@link Merchant}
 */
public record ClaimedOrder(
    OutTradeNo outTradeNo,
    Merchant merchant,
    Instant createdAt,
    UUID claimId,
    Progress progress,
    boolean secondLook,
    boolean merchantKnown) {

  /** The number of the attempt that this claim is for, from 1. */
  public int attempt() {
    return progress.attempts() + 1;
  }
}
