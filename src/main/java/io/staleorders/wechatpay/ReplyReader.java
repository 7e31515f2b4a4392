package io.staleorders.wechatpay;

import io.staleorders.order.Code;
import io.staleorders.order.CodeReader;
import io.staleorders.order.Reply;
import io.staleorders.order.TradeState;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** What an answer says about the order that was asked about: a pure function. */
final class ReplyReader {
  private static final int MAX_TRANSACTION_ID = 64;

  /** WeChat Pay is younger; and every database holds the times from here to the year 9999. */
  private static final Instant FIRST_TIME = Instant.EPOCH;

  private static final Instant END_OF_TIMES = Instant.parse("9999-01-01T00:00:00Z");

  private ReplyReader() {}

  /**
   * What a close call came to. Where the decisive request settles nothing, a 2xx of the other host
   * still means that the order may be closed.
   *
   * @param requests that were made, in order
   */
  static Reply.ToClose toClose(List<Received> requests) {
    Optional<Received> decisive = Received.decisive(requests);
    if (decisive.isEmpty()) {
      return new Reply.NotSent();
    }
    boolean mayBeDone = requests.stream().anyMatch(ReplyReader::mayBeDone);
    return switch (standing(decisive.get())) {
      case Standing.Believed believed -> toClose(believed.answer());
      case Standing.Refusing refusing -> refusing.refused();
      case Standing.Doubtful doubtful -> doubtful.unverified();
      case Standing.SayingNothing() ->
          mayBeDone ? new Reply.DoubtfulSuccess() : new Reply.Unclear();
      case Standing.Absent() -> new Reply.NoResponse();
    };
  }

  /** A verified 202 says that the order is not closed yet. */
  private static Reply.ToClose toClose(Answer believed) {
    return switch (believed.status()) {
      case 204 -> new Reply.Accepted();
      case 202 -> new Reply.Unclear();
      default -> new Reply.DoubtfulSuccess();
    };
  }

  private static boolean mayBeDone(Received received) {
    return received.sent().outcome().httpStatus().stream()
        .anyMatch(status -> status >= 200 && status < 300);
  }

  /** What a query came to. */
  static Reply.ToQuery toQuery(Received received) {
    return switch (standing(received)) {
      case Standing.Believed believed ->
          believed.answer().status() == 200 ? found(believed.answer()) : new Reply.Unclear();
      case Standing.Refusing refusing -> refusing.refused();
      case Standing.Doubtful doubtful -> doubtful.unverified();
      case Standing.SayingNothing() -> new Reply.Unclear();
      case Standing.Absent() -> new Reply.NoResponse();
    };
  }

  /** What an answer is worth, whatever was asked. */
  private sealed interface Standing {
    /** A verified 2xx. */
    record Believed(Answer answer) implements Standing {}

    record Refusing(Reply.Refused refused) implements Standing {}

    record Doubtful(Reply.Unverified unverified) implements Standing {}

    record SayingNothing() implements Standing {}

    record Absent() implements Standing {}
  }

  private static Standing standing(Received received) {
    if (received.answer().isEmpty()) {
      return received.hasStatus() ? new Standing.SayingNothing() : new Standing.Absent();
    }
    Answer answer = received.answer().get();
    Optional<Reply.Refused> refused = refused(answer);
    if (refused.isPresent()) {
      return new Standing.Refusing(refused.get());
    }
    if (!answer.isSuccess()) {
      return new Standing.SayingNothing();
    }
    return answer
        .fault()
        .<Standing>map(
            fault -> new Standing.Doubtful(new Reply.Unverified(fault, answer.dateAhead())))
        .orElse(new Standing.Believed(answer));
  }

  private static Optional<Reply.Refused> refused(Answer answer) {
    return answer
        .text("code")
        .map(text -> CodeReader.read(text, answer.requestId().orElse("")))
        .filter(
            code -> answer.isClientError() || (answer.status() == 202 && code == Code.USER_PAYING))
        .map(
            code ->
                new Reply.Refused(answer.status(), code, answer.verified(), answer.dateAhead()));
  }

  private static Reply.ToQuery found(Answer answer) {
    return answer
        .text("trade_state")
        .<Reply.ToQuery>map(
            state ->
                new Reply.Found(
                    tradeState(state),
                    answer.text("transaction_id").filter(ReplyReader::isTransactionId),
                    answer.text("success_time").flatMap(ReplyReader::time)))
        .orElse(new Reply.Unclear());
  }

  private static TradeState tradeState(String text) {
    return Arrays.stream(TradeState.values())
        .filter(state -> state.name().equals(text))
        .findFirst()
        .orElse(TradeState.UNKNOWN);
  }

  /** A number that was cut short would be another payment's, so a longer one is left out. */
  private static boolean isTransactionId(String text) {
    return !text.isBlank() && PlainText.of(text, MAX_TRANSACTION_ID).equals(text);
  }

  private static Optional<Instant> time(String rfc3339) {
    try {
      Instant time = OffsetDateTime.parse(rfc3339).toInstant();
      return time.isBefore(FIRST_TIME) || !time.isBefore(END_OF_TIMES)
          ? Optional.empty()
          : Optional.of(time);
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
