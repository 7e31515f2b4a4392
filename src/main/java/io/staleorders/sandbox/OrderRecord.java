package io.staleorders.sandbox;

import java.time.Instant;
import java.util.Optional;

/**
 * What the sandbox knows of an order: the truth that a shop's database is compared with.
 *
 * @param closedAt when it was really closed, by the sandbox's clock
 * @param closedBy {@code Request-ID} of the close call that did it
 * @param closesAccepted close calls answered 204, whether they closed anything or not
 * @param paidAt when the money moved, {@code success_time}
 * @param transactionId {@code transaction_id}, once paid
 * @param requests calls about it, of any kind
 */
public record OrderRecord(
    String outTradeNo,
    String subMchid,
    OrderState state,
    Optional<Instant> closedAt,
    Optional<String> closedBy,
    int closesAccepted,
    Optional<Instant> paidAt,
    Optional<String> transactionId,
    int requests) {}
