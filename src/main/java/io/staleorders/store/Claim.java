package io.staleorders.store;

import io.staleorders.order.Progress;
import java.util.UUID;

/**
 * One of our rows, taken by this copy until the lease ends.
 *
 * @param outTradeNo as entered; well formed
 * @param secondLook whether the order was resolved as not found before
 */
public record Claim(String outTradeNo, UUID claimId, Progress progress, boolean secondLook) {}
