package io.staleorders.sweep;

import java.time.Duration;

/**
 * The operator's choices for a sweep.
 *
 * @param confirm {@code CLOSE_CONFIRM}: two calls an order rather than one
 * @param concurrency {@code CLOSE_CONCURRENCY}
 * @param batchSize {@code CLOSE_BATCH_SIZE}
 * @param lease {@code CLAIM_LEASE}
 * @param callTimeout {@code WECHATPAY_TIMEOUT}
 * @param closeDelay {@code CLOSE_DELAY}
 * @param interval {@code SWEEP_INTERVAL}
 * @param fullScanInterval {@code FULL_SCAN_INTERVAL}
 * @param grace {@code SHUTDOWN_GRACE}
 */
public record SweepSettings(
    boolean confirm,
    int concurrency,
    int batchSize,
    Duration lease,
    Duration callTimeout,
    Duration closeDelay,
    Duration interval,
    Duration fullScanInterval,
    Duration grace) {}
