package io.staleorders.wechatpay;

import io.staleorders.order.Call;
import io.staleorders.order.Event;
import io.staleorders.order.Exchange;
import io.staleorders.order.Exchange.Operation;
import io.staleorders.order.Merchant;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.Reply;
import io.staleorders.order.VerificationFault;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Asks WeChat Pay to close an order, and what became of one. Every outcome is a {@link Reply}: no
 * failure of the network and no odd answer is an exception. Safe for use by many threads.
 */
public final class CloseClient {
  private static final Logger log = LoggerFactory.getLogger(CloseClient.class);

  private static final int PROBE_DIGITS = 20;

  private final SignedCalls calls;
  private final AnswerReader answers;
  private final Supplier<String> randomText = RequestSigner.randomNonces();

  CloseClient(SignedCalls calls, AnswerReader answers) {
    this.calls = calls;
    this.answers = answers;
  }

  /**
   * Closes an order.
   *
   * @param permit asked before each request, of which there are two when the backup host is asked
   */
  public Call<Reply.ToClose> close(OutTradeNo number, Merchant merchant, CallPermit permit) {
    List<Received> requests = send(ApiRequest.close(number, merchant), permit);
    Optional<Received> decisive = Received.decisive(requests);
    Reply.ToClose reply = ReplyReader.toClose(requests);
    warnIfUnverified(reply, Operation.CLOSE, number, decisive);
    return new Call<>(reply, exchanges(requests, Operation.CLOSE));
  }

  /**
   * Asks what became of an order.
   *
   * @param permit asked before each request, of which there are two when the backup host is asked
   */
  public Call<Reply.ToQuery> query(OutTradeNo number, Merchant merchant, CallPermit permit) {
    return probe(number, merchant, permit).call();
  }

  /** Asks about an order that cannot exist: see {@link Probe}. */
  public Probe probe(Merchant merchant, CallPermit permit) {
    String number = "check" + randomText.get().substring(0, PROBE_DIGITS);
    return probe(new OutTradeNo(number), merchant, permit);
  }

  private Probe probe(OutTradeNo number, Merchant merchant, CallPermit permit) {
    List<Received> requests =
        send(ApiRequest.query(number, merchant), permit).stream()
            .map(r -> r.withAnswer(answer -> answer.checkedToBeAbout(number, merchant)))
            .toList();
    Optional<Received> decisive = Received.decisive(requests);
    Reply.ToQuery reply = decisive.map(ReplyReader::toQuery).orElseGet(Reply.NotSent::new);
    warnIfUnverified(reply, Operation.QUERY, number, decisive);
    return new Probe(
        new Call<>(reply, exchanges(requests, Operation.QUERY)),
        decisive.flatMap(Received::answer).flatMap(Answer::fault));
  }

  /** For a stop: ends every request under way, and makes no more. */
  public void cancelAll() {
    calls.cancelAll();
  }

  private List<Received> send(ApiRequest request, CallPermit permit) {
    return calls.send(
        request,
        permit,
        sent -> new Received(sent.withoutBody(), answers.read(sent.outcome(), permit)));
  }

  private static List<Exchange> exchanges(List<Received> requests, Operation operation) {
    return requests.stream().map(request -> request.exchange(operation)).toList();
  }

  private static void warnIfUnverified(
      Reply reply, Operation operation, OutTradeNo number, Optional<Received> received) {
    if (reply instanceof Reply.Unverified unverified) {
      received.ifPresent(from -> warn(unverified.fault(), operation, number, from));
    }
  }

  private static void warn(
      VerificationFault fault, Operation operation, OutTradeNo number, Received from) {
    LoggingEventBuilder line =
        Event.REPLY_UNVERIFIED
            .on(log)
            .addKeyValue("fault", fault.name())
            .addKeyValue("operation", operation.name().toLowerCase(Locale.ROOT))
            .addKeyValue("out_trade_no", number.value())
            .addKeyValue("host", from.sent().host())
            .addKeyValue("http_status", from.sent().outcome().httpStatus().orElseThrow());
    if (from.requestId().isPresent()) {
      line = line.addKeyValue("request_id", from.requestId().get());
    }
    if (fault == VerificationFault.UNKNOWN_SERIAL && from.serial().isPresent()) {
      line = line.addKeyValue("serial", from.serial().get());
    }
    line.log("a response failed verification");
  }
}
