package io.staleorders.wechatpay;

import java.util.OptionalInt;
import okhttp3.Headers;

/** What came of one request to one host. */
sealed interface Outcome {

  /** The HTTP status, if a response came at all. */
  OptionalInt httpStatus();

  /** Whether the same request may be made of the other host at once. */
  boolean goesToOtherHost();

  /** Whether the host itself is to blame. */
  boolean blamesHost();

  /**
   * A whole response.
   *
   * @param body content encoding undone; nobody changes it
   */
  @SuppressWarnings("ArrayRecordComponent") // Responses are never compared.
  record Answered(int status, Headers headers, byte[] body) implements Outcome {

    Answered withoutBody() {
      return new Answered(status, headers, new byte[0]);
    }

    @Override
    public OptionalInt httpStatus() {
      return OptionalInt.of(status);
    }

    @Override
    public boolean goesToOtherHost() {
      return status >= 500;
    }

    @Override
    public boolean blamesHost() {
      return status >= 500;
    }
  }

  /**
   * No response, or not a whole one.
   *
   * @param sent whether the host may have got the request
   * @param message of the fault; no secret is in it
   */
  record Failed(OptionalInt httpStatus, Failure failure, boolean sent, String message)
      implements Outcome {

    @Override
    public boolean goesToOtherHost() {
      return switch (failure) {
        case CONNECTION_REFUSED, CONNECTION_RESET, UNKNOWN_HOST, TLS, IO_ERROR -> true;
        // The host may still be at work on it.
        case TIMEOUT -> !sent;
        case PROTOCOL_ERROR, TOO_LARGE -> httpStatus.isEmpty() || httpStatus.getAsInt() >= 500;
        case CANCELLED, INTERRUPTED -> false;
      };
    }

    @Override
    public boolean blamesHost() {
      return goesToOtherHost() || failure == Failure.TIMEOUT;
    }
  }
}
