package io.staleorders.sandbox;

import java.time.Instant;
import java.util.Optional;

/**
 * A request to the sandbox and what became of it.
 *
 * @param at when it came, by the sandbox's clock
 * @param outTradeNo empty for certificates
 * @param status the reply's; 0 if there was none, or none that is HTTP
 * @param code the reply's error code, empty if it was no error
 * @param requestId the reply's {@code Request-ID}
 * @param misbehaviour if the sandbox misbehaved
 */
public record SeenRequest(
    Instant at,
    Operation operation,
    boolean backupHost,
    String outTradeNo,
    int status,
    String code,
    String requestId,
    Optional<Misbehaviour> misbehaviour) {}
