package io.staleorders.sandbox;

import io.staleorders.sandbox.Effect.Becomes;
import io.staleorders.sandbox.Effect.Breaks;
import io.staleorders.sandbox.Effect.Quirk;
import io.staleorders.sandbox.Effect.Refuses;
import io.staleorders.sandbox.Effect.Sends;
import io.staleorders.sandbox.Effect.Signs;
import java.util.Optional;

/** Decides what a request to WeChat Pay's endpoints gets. */
final class Desk {
  private final RequestVerifier verifier;
  private final Faults faults;
  private final TokenBucket rate;
  private final Orders orders;
  private final Transactions transactions;
  private final PlatformCertificates certificates;
  private final SandboxKeys keys;
  private final Journal journal;

  Desk(Sandbox sandbox, RequestVerifier verifier, Transactions transactions, Journal journal) {
    this.verifier = verifier;
    this.transactions = transactions;
    this.journal = journal;
    this.faults = sandbox.faults();
    this.rate = sandbox.rate();
    this.orders = sandbox.orders();
    this.certificates = sandbox.certificates();
    this.keys = sandbox.keys();
  }

  /** What a request gets; {@code call} is what its path says. */
  Outgoing answer(Incoming request, Call call) {
    if (faults.isDown(request.backupHost())) {
      return Outgoing.broken(Line.RESET);
    }
    Optional<Refusal> wrongSender = verifier.refuse(request);
    if (wrongSender.isPresent()) {
      journal.count(Counter.WRONG_REQUESTS);
      return Outgoing.unsigned(Answer.refusal(wrongSender.get()));
    }
    if (!rate.take()) {
      journal.count(Counter.RATE_LIMITED);
      return Outgoing.plain(Answer.refusal(Refusal.RATELIMIT_EXCEEDED));
    }
    return switch (call.operation()) {
      case CERTIFICATES -> certificates(request, call);
      case CLOSE, QUERY ->
          call.withMerchants(request)
              .map(whole -> transaction(request, whole))
              .orElseGet(() -> wrong("请求参数不符合参数格式，请根据文档检查参数"));
    };
  }

  private Outgoing transaction(Incoming request, Call call) {
    if (!call.spMchid().equals(keys.spMchid())) {
      return wrong("sp_mchid与Http头Authorization中的mchid不一致");
    }
    boolean close = call.operation() == Operation.CLOSE;
    journal.count(close ? Counter.CLOSES : Counter.QUERIES);
    Order order = orders.asked(call.outTradeNo(), call.subMchid());
    int nth = order.nextRequest();
    if (Prefix.of(call.outTradeNo()).filter(prefix -> prefix.isOver(nth)).isPresent()) {
      transactions.backToUnpaid(order);
    }
    Facts facts =
        new Facts(
            call.operation(),
            Optional.of(call.outTradeNo()),
            Optional.of(call.subMchid()),
            nth,
            request.backupHost(),
            request.header("Host"));
    return misbehaving(faults.choose(facts), new Case(request, call, order));
  }

  private Outgoing certificates(Incoming request, Call call) {
    journal.count(Counter.CERTIFICATES);
    Facts facts =
        new Facts(
            call.operation(),
            Optional.empty(),
            Optional.empty(),
            1,
            request.backupHost(),
            request.header("Host"));
    Optional<Misbehaviour> chosen = faults.choose(facts);
    Outgoing list = Outgoing.plain(Answer.json(certificates.list()));
    return chosen.map(found -> spoiled(found.effect(), list)).orElse(list).because(chosen);
  }

  /** A request about an order. */
  private record Case(Incoming request, Call call, Order order) {}

  private Outgoing misbehaving(Optional<Misbehaviour> chosen, Case of) {
    String requestId = of.request().requestId();
    Answer answer =
        switch (chosen.map(Misbehaviour::effect).orElse(new Signs(Signing.RIGHT))) {
          case Becomes becomes -> transactions.after(becomes, of.call(), of.order(), requestId);
          case Quirk quirk -> transactions.odd(quirk, of.call(), of.order(), requestId);
          case Refuses refuses -> Answer.noContent();
          case Sends sends -> Answer.noContent();
          case Breaks breaks ->
              breaks.done()
                  ? transactions.answer(of.call(), of.order(), requestId)
                  : Answer.noContent();
          case Signs signs -> transactions.answer(of.call(), of.order(), requestId);
        };
    Outgoing plain = Outgoing.plain(answer);
    return chosen.map(found -> spoiled(found.effect(), plain)).orElse(plain).because(chosen);
  }

  private static Outgoing spoiled(Effect effect, Outgoing plain) {
    return switch (effect) {
      case Refuses refuses ->
          Outgoing.plain(Answer.refusal(refuses.refusal())).with(refuses.signing());
      case Sends sends -> Outgoing.plain(sends.answer().get()).with(sends.signing());
      case Breaks breaks -> plain.with(breaks.line());
      case Signs signs -> plain.with(signs.signing());
      case Becomes becomes -> plain;
      case Quirk quirk -> plain;
    };
  }

  private Outgoing wrong(String message) {
    journal.count(Counter.WRONG_REQUESTS);
    return Outgoing.plain(Answer.refusal(Refusal.paramError(message)));
  }
}
