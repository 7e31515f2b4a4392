package io.staleorders.store;

import io.staleorders.order.Progress;
import java.time.Instant;
import java.util.UUID;

/**
 * One of our rows, taken by this copy until the lease ends.
 *
 * @param outTradeNo as entered; well formed
 * @param subMchid as entered; it may be out of date
 * @param createdAt as entered; it may be out of date
 * @param secondLook whether the order was resolved as not found before
 */
public record Claim(
    String outTradeNo,
    String subMchid,
    Instant createdAt,
    UUID claimId,
    Progress progress,
    boolean secondLook) {}
