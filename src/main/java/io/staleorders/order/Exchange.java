package io.staleorders.order;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * One HTTP request and what came of it, as the history keeps it.
 *
 * @param id made when the request is, so that recording twice writes one row
 * @param startedAt by this machine's clock
 * @param host that was called, without scheme or path
 * @param httpStatus absent when no response came
 * @param code as WeChat Pay spelled it; for a failure without an answer, what failed
 * @param message WeChat Pay's, or the failure's; bounded, never with a secret in it
 * @param requestId the {@code Request-ID} header, which WeChat Pay's support asks for
 * @param verified whether the signature was checked and right
 */
public record Exchange(
    UUID id,
    Operation operation,
    Instant startedAt,
    Duration duration,
    String host,
    OptionalInt httpStatus,
    Optional<String> code,
    Optional<String> message,
    Optional<String> requestId,
    boolean verified) {

  /** Which endpoint was called. */
  public enum Operation {
    CLOSE,
    QUERY
  }
}
