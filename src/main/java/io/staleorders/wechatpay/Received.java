package io.staleorders.wechatpay;

import io.staleorders.order.Exchange;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A request that was made, with what was received.
 *
 * @param answer absent if no whole response came
 */
record Received(Sent sent, Optional<Answer> answer) {
  private static final int MAX_CODE = 64;
  private static final int MAX_MESSAGE = 500;
  private static final int MAX_REQUEST_ID = 128;

  /**
   * The one that counts among the requests of a call: the last, unless it brought no response where
   * an earlier one did.
   */
  static Optional<Received> decisive(List<Received> requests) {
    return requests.stream()
        .filter(Received::hasStatus)
        .reduce((earlier, later) -> later)
        .or(() -> requests.stream().findFirst());
  }

  Received withAnswer(UnaryOperator<Answer> change) {
    return new Received(sent, answer.map(change));
  }

  /** Whether there was an HTTP response, if only its beginning. */
  boolean hasStatus() {
    return sent.outcome().httpStatus().isPresent();
  }

  /** What the history keeps. */
  Exchange exchange(Exchange.Operation operation) {
    return new Exchange(
        UUID.randomUUID(),
        operation,
        sent.startedAt(),
        sent.duration(),
        sent.host(),
        sent.outcome().httpStatus(),
        code().map(code -> PlainText.of(code, MAX_CODE)),
        message().map(message -> PlainText.of(message, MAX_MESSAGE)),
        requestId(),
        answer.filter(Answer::verified).isPresent());
  }

  Optional<String> requestId() {
    return answer.flatMap(Answer::requestId).map(id -> PlainText.of(id, MAX_REQUEST_ID));
  }

  /** The key that the answer says it is signed with. */
  Optional<String> serial() {
    return answer
        .flatMap(said -> said.header(ReplyVerifier.SERIAL))
        .map(serial -> PlainText.of(serial, MAX_REQUEST_ID));
  }

  private Optional<String> code() {
    if (sent.outcome() instanceof Outcome.Failed failed) {
      return Optional.of(failed.failure().name());
    }
    return answer.flatMap(said -> said.text("code"));
  }

  private Optional<String> message() {
    if (sent.outcome() instanceof Outcome.Failed failed) {
      return Optional.of(failed.message());
    }
    return answer
        .flatMap(said -> said.text("message"))
        .or(() -> answer.flatMap(Answer::fault).map(Enum::name));
  }
}
