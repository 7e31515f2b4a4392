package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.NOW;
import static io.staleorders.wechatpay.FakeWechat.SP;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.ClaimedOrder;
import io.staleorders.order.CloseDecider;
import io.staleorders.order.CloseDecider.AfterClose;
import io.staleorders.order.ClosePolicy;
import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.Decision;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.Moment;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.PauseScope;
import io.staleorders.order.Progress;
import io.staleorders.order.Reply;
import io.staleorders.testkit.Fast;
import io.staleorders.testkit.ScriptedServer;
import io.staleorders.testkit.ScriptedServer.Act;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Every status and code that WeChat Pay's pages list, in every spelling, from the bytes on the wire
 * to what is done; and every number of {@code Request-ID} that is known.
 */
@Fast
class CodesTest {
  private static final OutTradeNo NUMBER = new OutTradeNo("20260301A1");
  private static final Merchant SHOP = new Merchant(SP, new MerchantId("1900000110"));
  private static final Moment MOMENT = new Moment(NOW, Duration.ZERO);
  private static final ClaimedOrder ORDER =
      new ClaimedOrder(
          NUMBER,
          SHOP,
          NOW.minus(Duration.ofMinutes(20)),
          new UUID(1, 2),
          Progress.NONE,
          false,
          false);

  private final ScriptedServer server = ScriptedServer.start();
  private final CloseClient client = FakeWechat.client(server.uri(), Duration.ofSeconds(10));
  private final CloseDecider decider =
      new CloseDecider(new ClosePolicy(true, NotFoundRule.AUTO, Duration.ofDays(7)));

  @AfterEach
  void stop() {
    server.close();
  }

  /**
   * What follows a verified answer to the close, and to the query after a 204.
   *
   * <p>ASK: the query decides. PAYING: tried again, in peace for half a minute. RATE: given back,
   * the rate goes down. SHOP and ACCOUNT: what is paused. Else why it is tried again.
   */
  @ParameterizedTest
  @CsvSource({
    "202, USER_PAYING,             0, PAYING, PAYING",
    "202, USERPAYING,              0, PAYING, PAYING",
    "202, ACCEPTED,                0, UNCLEAR, UNCLEAR",
    "202, '',                      0, UNCLEAR, UNCLEAR",
    "400, ORDER_CLOSED,            0, ASK, UNCLEAR",
    "400, ORDERCLOSED,             0, ASK, UNCLEAR",
    "400, ORDER_PAID,              0, ASK, UNCLEAR",
    "400, ORDERPAID,               0, ASK, UNCLEAR",
    "403, ORDER_PAID,              0, ASK, UNCLEAR",
    "403, ORDERPAID,               0, ASK, UNCLEAR",
    "400, PARAM_ERROR,             0, ASK, UNCLEAR",
    "400, PARAMERROR,              0, ASK, UNCLEAR",
    "400, INVALID_REQUEST,         0, ASK, UNCLEAR",
    "400, INVALIDREQUEST,          0, ASK, UNCLEAR",
    "400, APPID_MCHID_NOT_MATCH,   0, ASK, UNCLEAR",
    "400, APPIDMCHIDNOTMATCH,      0, ASK, UNCLEAR",
    "400, MCH_NOT_EXISTS,          0, SHOP, SHOP",
    "400, MCHNOTEXISTS,            0, SHOP, SHOP",
    "401, SIGN_ERROR,              0, ACCOUNT, ACCOUNT",
    "401, SIGNERROR,               0, ACCOUNT, ACCOUNT",
    "403, NO_AUTH,                 0, SHOP, SHOP",
    "403, NOAUTH,                  0, SHOP, SHOP",
    "403, ACCOUNT_ERROR,           0, SHOP, SHOP",
    "403, ACCOUNTERROR,            0, SHOP, SHOP",
    "403, TRADE_ERROR,             0, ASK, UNCLEAR",
    "403, TRADEERROR,              0, ASK, UNCLEAR",
    "403, RULE_LIMIT,              0, ASK, UNCLEAR",
    "403, RULELIMIT,               0, ASK, UNCLEAR",
    "404, ORDER_NOT_EXIST,         0, ASK, ABSENT",
    "404, ORDERNOTEXIST,           0, ASK, ABSENT",
    "400, ORDER_NOT_EXIST,         0, ASK, UNCLEAR",
    "429, FREQUENCY_LIMITED,       0, PAYING, PAYING",
    "429, FREQUENCYLIMITED,        0, PAYING, PAYING",
    "429, FREQUENCY_LIMIT,         0, PAYING, PAYING",
    "429, FREQENCY_LIMIT,          0, PAYING, PAYING",
    "429, RATELIMIT_EXCEEDED,      0, RATE, RATE",
    "429, RATE_LIMIT_EXCEEDED,     0, RATE, RATE",
    "429, RATELIMITEXCEEDED,       0, RATE, RATE",
    "500, SYSTEM_ERROR,            0, UNCLEAR, UNCLEAR",
    "500, SYSTEMERROR,             0, UNCLEAR, UNCLEAR",
    "502, '',                      0, UNCLEAR, UNCLEAR",
    "503, SERVICE_UNAVAILABLE,     0, UNCLEAR, UNCLEAR",
    "503, SERVICEUNAVAILABLE,      0, UNCLEAR, UNCLEAR",
    "503, '',                      0, UNCLEAR, UNCLEAR",
    "500, ORDER_CLOSED,            0, UNCLEAR, UNCLEAR",
    "400, SOMETHING_NEW,           0, ASK, UNCLEAR",
    "418, SOMETHING_NEW,           0, ASK, UNCLEAR",
    "400, INVALID_REQUEST, 268449538, ASK, UNCLEAR",
    "403, SOMETHING_NEW,   268498689, ASK, UNCLEAR",
    "400, INVALID_REQUEST, 268447914, ASK, UNCLEAR",
    "404, SOMETHING_NEW,   268512771, ASK, ABSENT",
    "400, INVALID_REQUEST, 268449641, ASK, UNCLEAR",
    "400, INVALID_REQUEST, 268447845, ASK, UNCLEAR",
    "403, INVALID_REQUEST, 268443701, SHOP, SHOP",
    "403, SOMETHING_NEW,   268443715, SHOP, SHOP",
    "401, SOMETHING_NEW,   268443699, ACCOUNT, ACCOUNT",
    "429, SOMETHING_NEW,   268447840, RATE, RATE",
    "400, SOMETHING_NEW,   268435461, ASK, UNCLEAR",
  })
  void everyAnswerIsUnderstood(
      int status, String code, long number, String afterClose, String afterQuery) {
    server.then(answer(status, code, number, true)).then(answer(status, code, number, true));

    assertThat(afterClose()).isEqualTo(afterClose);
    assertThat(afterQuery()).isEqualTo(afterQuery);

    // Nobody signed it: it may make the service wait or ask, and nothing else.
    server.then(answer(status, code, number, false)).then(answer(status, code, number, false));

    assertThat(afterClose()).isIn("ASK", "PAYING", "RATE", "SHOP", "ACCOUNT", "UNCLEAR");
    assertThat(afterQuery()).isIn("PAYING", "RATE", "SHOP", "ACCOUNT", "UNCLEAR", "UNVERIFIED");
  }

  private String afterClose() {
    Reply.ToClose reply = client.close(NUMBER, SHOP, () -> true).reply();
    return switch (decider.afterClose(ORDER, reply, MOMENT)) {
      case AfterClose.Ask ask -> "ASK";
      case AfterClose.Decided decided -> text(decided.decision());
    };
  }

  private String afterQuery() {
    Reply.ToQuery reply = client.query(NUMBER, SHOP, () -> true).reply();
    return text(decider.afterQuery(ORDER, new Reply.Accepted(), reply, MOMENT));
  }

  private static String text(Decision decision) {
    return switch (decision) {
      case Decision.Retry retry ->
          retry.atLeast().isPositive()
              ? "PAYING"
              : retry.reason() == Decision.RetryReason.MAY_BE_PAYING
                  ? "paying, but not left in peace"
                  : retry.reason().name();
      case Decision.RateLimited limited -> "RATE";
      case Decision.Pause pause -> pause.scope() instanceof PauseScope.Account ? "ACCOUNT" : "SHOP";
      case Decision.ClockOff off -> "clock off";
      case Decision.Uncalled uncalled -> "uncalled";
      case Decision.Resolution resolution -> "resolved: " + resolution;
    };
  }

  private static Act answer(int status, String code, long number, boolean signed) {
    String body =
        code.isEmpty()
            ? "<html>no JSON</html>"
            : "{\"code\":\"%s\",\"message\":\"…\"}".formatted(code);
    Map<String, String> headers = new HashMap<>(signed ? FakeWechat.headers(body) : Map.of());
    headers.put("Request-ID", "08F78BB5AF0610D302-" + number);
    return ScriptedServer.reply(status, headers, body.getBytes(UTF_8));
  }
}
