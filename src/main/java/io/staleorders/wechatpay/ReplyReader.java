package io.staleorders.wechatpay;

import io.staleorders.order.Code;
import io.staleorders.order.CodeReader;
import io.staleorders.order.Reply;
import io.staleorders.order.TradeState;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;

/** What an answer says about the order that was asked about: a pure function. */
final class ReplyReader {
  private static final int MAX_TRANSACTION_ID = 64;
  private static final int LAST_YEAR = 9999;

  private ReplyReader() {}

  /** What a close call came to. */
  static Reply.ToClose toClose(Received received) {
    return switch (standing(received)) {
      case Standing.Believed believed ->
          believed.answer().status() == 204 ? new Reply.Accepted() : new Reply.Unclear();
      case Standing.Refusing refusing -> refusing.refused();
      case Standing.Doubtful doubtful -> doubtful.unverified();
      case Standing.SayingNothing() -> new Reply.Unclear();
      case Standing.Absent() -> new Reply.NoResponse();
    };
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
      OffsetDateTime time = OffsetDateTime.parse(rfc3339);
      boolean sensible = time.getYear() > 0 && time.getYear() < LAST_YEAR;
      return sensible ? Optional.of(time.toInstant()) : Optional.empty();
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }
}
