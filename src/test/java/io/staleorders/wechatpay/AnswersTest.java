package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.MERCHANT;
import static io.staleorders.wechatpay.FakeWechat.NOW;
import static io.staleorders.wechatpay.FakeWechat.PUBLIC_KEY_ID;
import static io.staleorders.wechatpay.FakeWechat.SERIAL;
import static io.staleorders.wechatpay.FakeWechat.SP;
import static io.staleorders.wechatpay.FakeWechat.signed;
import static io.staleorders.wechatpay.FakeWechat.unsigned;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.wechat.pay.java.core.cipher.RSAVerifier;
import io.staleorders.order.Call;
import io.staleorders.order.Code;
import io.staleorders.order.Exchange;
import io.staleorders.order.Exchange.Operation;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.Reply;
import io.staleorders.order.TradeState;
import io.staleorders.order.VerificationFault;
import io.staleorders.testkit.Fast;
import io.staleorders.testkit.ScriptedServer;
import io.staleorders.testkit.ScriptedServer.Act;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What each answer of WeChat Pay comes to. */
@Fast
class AnswersTest {
  private static final OutTradeNo NUMBER = new OutTradeNo("20260301|A*1_-");
  private static final Merchant SHOP = new Merchant(SP, new MerchantId("1900000110"));
  private static final String CLOSE_TARGET =
      "/v3/pay/partner/transactions/out-trade-no/20260301%7CA*1_-/close";

  private final ScriptedServer server = ScriptedServer.start();
  private final CloseClient client = FakeWechat.client(server.uri(), Duration.ofSeconds(5));

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aSigned204IsAccepted() {
    Call<Reply.ToClose> call = close(signed(204, ""));

    assertThat(call.reply()).isEqualTo(new Reply.Accepted());
    Exchange exchange = call.exchanges().getFirst();
    assertThat(call.exchanges()).hasSize(1);
    assertThat(exchange.operation()).isEqualTo(Operation.CLOSE);
    assertThat(exchange.startedAt()).isEqualTo(NOW);
    assertThat(exchange.duration()).isPositive();
    assertThat(exchange.host()).isEqualTo(server.authority());
    assertThat(exchange.httpStatus()).hasValue(204);
    assertThat(exchange.code()).isEmpty();
    assertThat(exchange.requestId()).contains("08F78BB5AF0610D302-0");
    assertThat(exchange.verified()).isTrue();
  }

  @Test
  void theRequestIsWhatWeChatPayAsksFor() {
    close(signed(204, ""));

    ScriptedServer.Received request = server.requests().getFirst();
    assertThat(request.method()).isEqualTo("POST");
    assertThat(request.target()).isEqualTo(CLOSE_TARGET);
    assertThat(request.body())
        .isEqualTo("{\"sp_mchid\":\"1900000109\",\"sub_mchid\":\"1900000110\"}");
    assertThat(request.header("Accept")).isEqualTo("application/json");
    assertThat(request.header("Content-Type")).isEqualTo("application/json");
    assertThat(request.header("User-Agent")).isEqualTo("stale-order-closer");
    assertThat(request.header("Wechatpay-Serial")).isEqualTo(PUBLIC_KEY_ID);
    assertThat(request.header("Cookie")).isEmpty();
    assertSigned(request);
  }

  @Test
  void theQueryNamesTheMerchantsInTheirOrder() {
    query(signed(200, found("NOTPAY", "")));

    ScriptedServer.Received request = server.requests().getFirst();
    assertThat(request.method()).isEqualTo("GET");
    assertThat(request.target())
        .isEqualTo(
            "/v3/pay/partner/transactions/out-trade-no/20260301%7CA*1_-"
                + "?sp_mchid=1900000109&sub_mchid=1900000110");
    assertThat(request.body()).isEmpty();
    assertSigned(request);
  }

  /** The path and body that arrived are the ones that were signed. */
  private static void assertSigned(ScriptedServer.Received request) {
    Matcher header =
        Pattern.compile("nonce_str=\"(.*)\",signature=\"(.*)\",timestamp=\"(.*)\",serial_no")
            .matcher(request.header("Authorization"));
    assertThat(header.find()).isTrue();
    String text =
        String.join(
            "\n",
            request.method(),
            request.target(),
            header.group(3),
            header.group(1),
            request.body(),
            "");
    assertThat(new RSAVerifier(MERCHANT.getPublic(), SERIAL).verify(SERIAL, text, header.group(2)))
        .isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 202, 204, 206})
  void nothingUnsignedIsBelieved(int status) {
    assertThat(close(unsigned(status, "")).reply())
        .isEqualTo(new Reply.Unverified(VerificationFault.MISSING_HEADERS, Optional.empty()));
    assertThat(query(unsigned(status, found("CLOSED", ""))).reply())
        .isEqualTo(new Reply.Unverified(VerificationFault.MISSING_HEADERS, Optional.empty()));
  }

  @Test
  void theFaultOfAnUnverifiedReplyIsKept() {
    Map<String, String> headers = new HashMap<>(FakeWechat.headers("SERIAL_1", MERCHANT, NOW, ""));
    headers.put("Date", "Sun, 01 Mar 2026 12:10:00 GMT");
    Call<Reply.ToClose> call = close(ScriptedServer.reply(204, headers, new byte[0]));

    assertThat(call.reply())
        .isEqualTo(
            new Reply.Unverified(
                VerificationFault.UNKNOWN_SERIAL, Optional.of(Duration.ofMinutes(10))));
    assertThat(call.exchanges().getFirst().message()).contains("UNKNOWN_SERIAL");
    assertThat(call.exchanges().getFirst().verified()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {200, 201, 203, 206, 299})
  void aSigned2xxThatIsNo204MeansThatTheOrderMayBeClosed(int status) {
    assertThat(close(signed(status, "{}")).reply()).isEqualTo(new Reply.DoubtfulSuccess());
  }

  @Test
  void aSigned202SaysThatTheOrderIsNotClosedYet() {
    assertThat(close(signed(202, "{}")).reply()).isEqualTo(new Reply.Unclear());
  }

  @Test
  void thePayerTypingThePasswordIsARefusal() {
    String body = "{\"code\":\"USERPAYING\",\"message\":\"需要用户输入支付密码\"}";

    assertThat(close(signed(202, body)).reply())
        .isEqualTo(new Reply.Refused(202, Code.USER_PAYING, true, Optional.empty()));
    assertThat(close(unsigned(202, body)).reply())
        .isEqualTo(new Reply.Refused(202, Code.USER_PAYING, false, Optional.empty()));
  }

  @Test
  void another202IsNoRefusal() {
    String body = "{\"code\":\"ORDER_CLOSED\"}";

    assertThat(close(signed(202, body)).reply()).isEqualTo(new Reply.Unclear());
    assertThat(close(unsigned(202, body)).reply()).isInstanceOf(Reply.Unverified.class);
  }

  @Test
  void anErrorSaysItsCodeSignedOrNot() {
    String body = "{\"code\":\"ORDERNOTEXIST\",\"message\":\"订单不存在\"}";
    Call<Reply.ToQuery> signed = query(signed(404, body));

    assertThat(signed.reply())
        .isEqualTo(new Reply.Refused(404, Code.ORDER_NOT_EXIST, true, Optional.empty()));
    assertThat(query(unsigned(404, body)).reply())
        .isEqualTo(new Reply.Refused(404, Code.ORDER_NOT_EXIST, false, Optional.empty()));
    assertThat(signed.exchanges().getFirst().code()).contains("ORDERNOTEXIST");
    assertThat(signed.exchanges().getFirst().message()).contains("订单不存在");
  }

  @Test
  void theNumberOfTheRequestRefinesTheCode() {
    Act act =
        ScriptedServer.reply(
            400,
            Map.of("Request-ID", "08A-268449641"),
            "{\"code\":\"INVALID_REQUEST\"}".getBytes(UTF_8));

    assertThat(close(act).reply())
        .isEqualTo(new Reply.Refused(400, Code.NEEDS_REVERSE, false, Optional.empty()));
  }

  @Test
  void anErrorSaysWhatTimeWeChatPayHas() {
    Act act =
        ScriptedServer.reply(
            401,
            Map.of("Date", "Sun, 01 Mar 2026 11:50:00 GMT"),
            "{\"code\":\"SIGN_ERROR\"}".getBytes(UTF_8));

    assertThat(close(act).reply())
        .isEqualTo(
            new Reply.Refused(401, Code.SIGN_ERROR, false, Optional.of(Duration.ofMinutes(-10))));
  }

  @Test
  void aDateThatIsNoneIsAbsent() {
    Act act =
        ScriptedServer.reply(
            401, Map.of("Date", "lunch time"), "{\"code\":\"SIGN_ERROR\"}".getBytes(UTF_8));

    assertThat(close(act).reply())
        .isEqualTo(new Reply.Refused(401, Code.SIGN_ERROR, false, Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "<html>Not Found</html>",
        "[]",
        "null",
        "404",
        "\"ORDER_CLOSED\"",
        "{\"code\":404}",
        "{\"code\":null}",
        "{\"code\":{\"code\":\"ORDER_CLOSED\"}}",
        "{\"code\":[\"ORDER_CLOSED\"]}",
        "{\"code\":\"ORDER_CLOSED\"",
        "{\"code\":\"ORDER_CLOSED\"} and more",
        "{\"code\":\"ORDER_CLOSED\",\"code\":\"ORDER_PAID\"}",
        "{\"message\":\"no code\"}"
      })
  void anErrorThatCannotBeReadIsUnclear(String body) {
    assertThat(close(signed(404, body)).reply()).isEqualTo(new Reply.Unclear());
    assertThat(query(unsigned(400, body)).reply()).isEqualTo(new Reply.Unclear());
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 300, 301, 302, 304, 307, 308, 407, 408, 421, 500, 502, 503, 599, 999})
  void anyOtherStatusNeitherClosesNorRefuses(int status) {
    String body = status == 304 ? "" : "{\"code\":1}";

    assertThat(close(signed(status, body)).reply()).isEqualTo(new Reply.Unclear());
    assertThat(query(signed(status, body)).reply()).isEqualTo(new Reply.Unclear());
  }

  @Test
  void aServerErrorIsUnclearWhateverItsCode() {
    Call<Reply.ToClose> call =
        close(signed(500, "{\"code\":\"SYSTEM_ERROR\",\"message\":\"系统异常\"}"));

    assertThat(call.reply()).isEqualTo(new Reply.Unclear());
    assertThat(call.exchanges().getFirst().code()).contains("SYSTEM_ERROR");
    assertThat(close(signed(500, "{\"code\":\"ORDER_CLOSED\"}")).reply())
        .isEqualTo(new Reply.Unclear());
  }

  @ParameterizedTest
  @EnumSource(TradeState.class)
  void aSignedOrderIsFound(TradeState state) {
    assertThat(query(signed(200, found(state.name(), ""))).reply())
        .isEqualTo(new Reply.Found(state, Optional.empty(), Optional.empty()));
  }

  @Test
  void aStateOfTheFutureIsUnknown() {
    assertThat(query(signed(200, found("FROZEN", ""))).reply())
        .isEqualTo(new Reply.Found(TradeState.UNKNOWN, Optional.empty(), Optional.empty()));
  }

  @Test
  void aPaymentSaysItsNumberAndTime() {
    String payment =
        ",\"transaction_id\":\"4200001234202603011234567890\","
            + "\"success_time\":\"2026-03-01T20:10:34+08:00\"";

    assertThat(query(signed(200, found("SUCCESS", payment))).reply())
        .isEqualTo(
            new Reply.Found(
                TradeState.SUCCESS,
                Optional.of("4200001234202603011234567890"),
                Optional.of(Instant.parse("2026-03-01T12:10:34Z"))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ",\"transaction_id\":42,\"success_time\":1772366400",
        ",\"transaction_id\":\"\",\"success_time\":\"\"",
        ",\"transaction_id\":null,\"success_time\":\"yesterday\"",
        ",\"transaction_id\":\"1\\u00002\",\"success_time\":\"+999999999-01-01T00:00:00Z\"",
        ",\"success_time\":\"0000-12-31T23:59:59Z\"",
        ",\"success_time\":\"0001-01-01T00:00:00+08:00\"",
        ",\"success_time\":\"9998-12-31T23:59:59-18:00\"",
        ",\"success_time\":\"-0044-03-15T12:00:00+18:00\"",
        ",\"success_time\":{\"time\":[\"2026-03-01T20:10:34+08:00\"]}",
        ",\"transaction_id\":\"1\",\"transaction_id\":\"2\"",
        ",\"transaction_id\":\"1\\ud83d2\",\"success_time\":true",
        ",\"amount\":1e999999999,\"payer\":-0,\"attach\":NaN",
        ",\"attach\":\"a\\'b\tc\",\"attach\":\"again\"",
        ",\"success_time\":\"9999-01-01T00:00:00Z\"",
        ",\"transaction_id\":\"12345678901234567890123456789012345678901234567890123456789012345\"",
      })
  void aPaymentIsAPaymentWhateverItsNumberAndTime(String oddities) {
    assertThat(query(signed(200, found("SUCCESS", oddities))).reply())
        .isEqualTo(new Reply.Found(TradeState.SUCCESS, Optional.empty(), Optional.empty()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"out_trade_no\":\"20260301|A*1_+\",\"sp_mchid\":\"1900000109\",\"sub_mchid\":\"1900000110\"",
        "{\"out_trade_no\":\"20260301|a*1_-\",\"sp_mchid\":\"1900000109\",\"sub_mchid\":\"1900000110\"",
        "{\"out_trade_no\":\"20260301|A*1_-\",\"sp_mchid\":\"1900000108\",\"sub_mchid\":\"1900000110\"",
        "{\"out_trade_no\":\"20260301|A*1_-\",\"sp_mchid\":\"1900000109\",\"sub_mchid\":\"1900000111\"",
        "{\"out_trade_no\":\"20260301|A*1_-\",\"sp_mchid\":1900000109,\"sub_mchid\":\"1900000110\"",
        "{\"sp_mchid\":\"1900000109\",\"sub_mchid\":\"1900000110\"",
        "{\"out_trade_no\":\"20260301|A*1_-\",\"sub_mchid\":\"1900000110\"",
        "{\"out_trade_no\":\"20260301|A*1_-\",\"sp_mchid\":\"1900000109\"",
      })
  void aSignedAnswerAboutAnotherOrderProvesNothing(String start) {
    Call<Reply.ToQuery> call = query(signed(200, start + ",\"trade_state\":\"CLOSED\"}"));

    assertThat(call.reply())
        .isEqualTo(new Reply.Unverified(VerificationFault.ANOTHER_ORDER, Optional.empty()));
    assertThat(call.exchanges().getFirst().verified()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "CLOSED",
        "{",
        "[{\"trade_state\":\"CLOSED\"}]",
        "{\"out_trade_no\":\"20260301|A*1_-\",\"sp_mchid\":\"1900000109\",\"sub_mchid\":\"1900000110\"}",
        "{\"out_trade_no\":\"20260301|A*1_-\",\"sp_mchid\":\"1900000109\",\"sub_mchid\":\"1900000110\","
            + "\"trade_state\":[\"CLOSED\"]}",
      })
  void aSignedAnswerWithoutAStateIsUnclear(String body) {
    assertThat(query(signed(200, body)).reply()).isEqualTo(new Reply.Unclear());
  }

  @Test
  void aQueryAnsweredWith204IsUnclear() {
    assertThat(query(signed(204, "")).reply()).isEqualTo(new Reply.Unclear());
  }

  @Test
  void deepNestingIsUnclear() {
    assertThat(query(signed(200, "[".repeat(30_000))).reply()).isEqualTo(new Reply.Unclear());
    assertThat(query(signed(200, "{\"a\":".repeat(10_000))).reply()).isEqualTo(new Reply.Unclear());
  }

  @Test
  void aBodyThatIsNoTextIsUnclear() {
    byte[] noise = {'{', '"', (byte) 0xc3, (byte) 0x28, '"', ':', '1', '}', (byte) 0xff};

    assertThat(query(ScriptedServer.reply(404, Map.of(), noise)).reply())
        .isEqualTo(new Reply.Unclear());
  }

  @Test
  void aHugeBodyIsNotRead() {
    byte[] huge = new byte[LargeBodies.MAX + 1];
    Call<Reply.ToQuery> call = query(ScriptedServer.reply(200, Map.of(), huge));

    assertThat(call.reply()).isEqualTo(new Reply.Unclear());
    assertThat(call.exchanges().getFirst().code()).contains("TOO_LARGE");
    assertThat(call.exchanges().getFirst().httpStatus()).hasValue(200);
  }

  /** An odd value of a field that nobody reads hides no payment, however large it is. */
  @Test
  void aPaymentIsFoundInUpToAMebibyteOfOtherFields() {
    int most = LargeBodies.MAX - found("SUCCESS", ",\"attach\":\"\"").length();
    for (String odd :
        new String[] {
          "\"%s\"".formatted("x".repeat(most)),
          "[".repeat(9_000) + "]".repeat(9_000),
          "[%s0]".formatted("[],".repeat(300_000)),
          "1".repeat(500_000),
          "{\"%s\":1}".formatted("n".repeat(900_000))
        }) {
      assertThat(query(signed(200, found("SUCCESS", ",\"attach\":" + odd))).reply())
          .as(odd.substring(0, 20))
          .isEqualTo(new Reply.Found(TradeState.SUCCESS, Optional.empty(), Optional.empty()));
    }
  }

  @Test
  void aPaymentIsFoundBesideBytesThatAreNoText() {
    String body = found("SUCCESS", ",\"attach\":\"\u00b6\u00a9\"");
    byte[] latin = body.getBytes(ISO_8859_1);
    Map<String, String> headers = FakeWechat.headers(latin);

    assertThat(query(ScriptedServer.reply(200, headers, latin)).reply())
        .isEqualTo(new Reply.Found(TradeState.SUCCESS, Optional.empty(), Optional.empty()));
  }

  @Test
  void aStateThatIsGivenTwiceInDifferentWaysIsUnclear() {
    assertThat(query(signed(200, found("CLOSED", ",\"trade_state\":\"SUCCESS\""))).reply())
        .isEqualTo(new Reply.Unclear());
  }

  /** Three times as many as may be large at the same time: all are read in the end. */
  @Test
  void largeBodiesAreReadAFewAtATime() throws InterruptedException {
    String odd = ",\"attach\":[%s0]".formatted("[],".repeat(100_000));
    Act act = signed(200, found("SUCCESS", odd));
    server.always(act);
    CloseClient patient = FakeWechat.client(server.uri(), Duration.ofMinutes(1));
    Queue<Reply> replies = new ConcurrentLinkedQueue<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      threads.add(
          Thread.ofVirtual()
              .start(() -> replies.add(patient.query(NUMBER, SHOP, () -> true).reply())));
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(replies)
        .hasSize(24)
        .containsOnly(new Reply.Found(TradeState.SUCCESS, Optional.empty(), Optional.empty()));
  }

  @Test
  void theSignatureIsOverWhatWasCompressed() throws IOException {
    String body = found("CLOSED", "");
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(body.getBytes(UTF_8));
    }
    Map<String, String> headers = FakeWechat.headers(body);
    headers.put("Content-Encoding", "gzip");

    assertThat(query(ScriptedServer.reply(200, headers, compressed.toByteArray())).reply())
        .isEqualTo(new Reply.Found(TradeState.CLOSED, Optional.empty(), Optional.empty()));
  }

  @Test
  void aBodyThatExplodesWhenUnpackedIsNotRead() throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(new byte[10_000_000]);
    }
    Map<String, String> headers = Map.of("Content-Encoding", "gzip");

    assertThat(query(ScriptedServer.reply(200, headers, compressed.toByteArray())).reply())
        .isEqualTo(new Reply.Unclear());
  }

  @Test
  void whatIsKeptOfAnAnswerIsBoundedAndPlain() {
    String message = "line\\nbreak \\u0000\\u001b[31m\\ud83d " + "长".repeat(600);
    Map<String, String> headers = Map.of("Request-ID", "R".repeat(5_000));
    byte[] body =
        "{\"code\":\"%s\",\"message\":\"%s\"}".formatted("C".repeat(900), message).getBytes(UTF_8);

    Exchange exchange = close(ScriptedServer.reply(400, headers, body)).exchanges().getFirst();

    assertThat(exchange.message().orElseThrow())
        .hasSize(500)
        .startsWith("linebreak [31m 长长")
        .endsWith("长");
    assertThat(exchange.code().orElseThrow()).hasSize(64);
    assertThat(exchange.requestId().orElseThrow()).hasSize(128);
  }

  @Test
  void withoutAPermitNothingIsSent() {
    Call<Reply.ToClose> close = client.close(NUMBER, SHOP, () -> false);
    Call<Reply.ToQuery> query = client.query(NUMBER, SHOP, () -> false);

    assertThat(close.reply()).isEqualTo(new Reply.NotSent());
    assertThat(query.reply()).isEqualTo(new Reply.NotSent());
    assertThat(close.exchanges()).isEmpty();
    assertThat(query.exchanges()).isEmpty();
    assertThat(server.requests()).isEmpty();
  }

  private Call<Reply.ToClose> close(Act act) {
    server.then(act);
    return client.close(NUMBER, SHOP, () -> true);
  }

  private Call<Reply.ToQuery> query(Act act) {
    server.then(act);
    return client.query(NUMBER, SHOP, () -> true);
  }

  private static String found(String state, String more) {
    return "{\"out_trade_no\":\"%s\",\"sp_mchid\":\"%s\",\"sub_mchid\":\"%s\",\"trade_state\":\"%s\"%s}"
        .formatted(NUMBER, SHOP.spMchid(), SHOP.subMchid(), state, more);
  }
}
