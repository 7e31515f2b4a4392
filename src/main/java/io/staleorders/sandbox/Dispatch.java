package io.staleorders.sandbox;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/** Where every request comes in: to whom it goes, and how the answer goes out. */
final class Dispatch extends Handler.Abstract {
  private static final int MAX_BODY = 65_536;
  private static final DateTimeFormatter HTTP_DATE =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
          .withZone(ZoneOffset.UTC);

  private final Desk desk;
  private final ReplySigner signer;
  private final Journal journal;
  private final Wire wire;
  private final Admin admin;
  private final Faults faults;
  private final InstantSource clock;

  Dispatch(Sandbox sandbox, Desk desk, ReplySigner signer, Journal journal, Wire wire) {
    this.desk = desk;
    this.signer = signer;
    this.journal = journal;
    this.wire = wire;
    this.admin = new Admin(sandbox);
    this.faults = sandbox.faults();
    this.clock = sandbox.clock();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) throws Exception {
    request.addIdleTimeoutListener(timeout -> false); // a reply may be late on purpose
    Incoming incoming = read(request);
    if (incoming.path().equals("/sandbox") || incoming.path().startsWith("/sandbox/")) {
      Answer answer = admin.answer(incoming);
      send(answer, HttpFields.EMPTY, incoming, response, callback);
    } else if (incoming.path().equals(Bodies.ELSEWHERE)) {
      journal.count(Counter.REDIRECTS_FOLLOWED);
      send(Answer.noContent(), HttpFields.EMPTY, incoming, response, callback);
    } else {
      serve(incoming, request, response, callback);
    }
    return true;
  }

  private void serve(Incoming incoming, Request request, Response response, Callback callback) {
    Instant cameAt = clock.instant();
    journal.count(Counter.REQUESTS);
    Optional<Call> call = Call.at(incoming);
    Outgoing outgoing =
        call.map(found -> desk.answer(incoming, found))
            .orElseGet(
                () -> Outgoing.unsigned(Answer.refusal(new Refusal(404, "NOT_FOUND", 0, "页面不存在"))));
    call.ifPresent(found -> journal.add(seen(cameAt, incoming, found, outgoing)));
    wire.pause(faults.replyDelay());
    if (outgoing.line() == Line.SLOW) {
      wire.slowDown();
    }
    if (!outgoing.line().delivers()) {
      wire.breakOff(outgoing.line(), request, callback);
      return;
    }
    Answer answer = outgoing.answer();
    Signing signing =
        faults.unsignedErrors() && answer.status() >= 400 ? Signing.NONE : outgoing.signing();
    HttpFields.Mutable signature = HttpFields.build();
    signer.headers(incoming, answer.body(), signing).forEach(signature::put);
    send(answer, signature, incoming, response, callback);
  }

  private void send(
      Answer answer,
      HttpFields signature,
      Incoming incoming,
      Response response,
      Callback callback) {
    response.setStatus(answer.status());
    HttpFields.Mutable headers = response.getHeaders();
    headers.put("Server", "sandbox");
    headers.put("Date", HTTP_DATE.format(clock.instant()));
    headers.put("Request-ID", incoming.requestId() + "-" + answer.number());
    if (!answer.contentType().isEmpty()) {
      headers.put("Content-Type", answer.contentType());
    }
    if (!answer.location().isEmpty()) {
      headers.put("Location", answer.location());
    }
    headers.add(signature);
    response.write(true, ByteBuffer.wrap(answer.body()), callback);
  }

  private static SeenRequest seen(Instant at, Incoming incoming, Call call, Outgoing outgoing) {
    Answer answer = outgoing.answer();
    return new SeenRequest(
        at,
        call.operation(),
        incoming.backupHost(),
        call.outTradeNo(),
        outgoing.line().delivers() ? answer.status() : 0,
        answer.code(),
        incoming.requestId() + "-" + answer.number(),
        outgoing.misbehaviour());
  }

  private static Incoming read(Request request) throws IOException {
    try (InputStream in = Content.Source.asInputStream(request)) {
      return new Incoming(
          Sandbox.BACKUP.equals(request.getConnectionMetaData().getConnector().getName()),
          request.getMethod(),
          request.getHttpURI().getPathQuery(),
          request.getHeaders(),
          in.readNBytes(MAX_BODY),
          UUID.randomUUID().toString().replace("-", "").toUpperCase(Locale.ROOT));
    }
  }
}
