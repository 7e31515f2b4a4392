package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.NOW;
import static io.staleorders.wechatpay.FakeWechat.SP;
import static io.staleorders.wechatpay.FakeWechat.STRANGER;
import static io.staleorders.wechatpay.FakeWechat.signed;
import static io.staleorders.wechatpay.FakeWechat.unsigned;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.testkit.Events;
import io.staleorders.testkit.Fast;
import io.staleorders.testkit.ScriptedServer;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

@Fast
class UnverifiedLogTest {
  private static final OutTradeNo NUMBER = new OutTradeNo("20260301A1");
  private static final Merchant SHOP = new Merchant(SP, new MerchantId("1900000110"));

  private final ScriptedServer server = ScriptedServer.start();
  private final CloseClient client = FakeWechat.client(server.uri(), Duration.ofSeconds(10));
  private final Events log = Events.of(CloseClient.class);

  @AfterEach
  void stop() {
    log.close();
    server.close();
  }

  @Test
  void anUnverifiedSuccessIsWarnedAbout() {
    server.then(unsigned(204, ""));

    client.close(NUMBER, SHOP, () -> true);

    assertThat(log.fields())
        .containsExactly(
            Map.of(
                "event", "reply_unverified",
                "fault", "MISSING_HEADERS",
                "operation", "close",
                "out_trade_no", NUMBER.value(),
                "host", server.authority(),
                "http_status", "204",
                "request_id", "08F78BB5AF0610D302-0"));
  }

  @Test
  void aKeyThatNobodyKnowsIsNamed() {
    Map<String, String> headers = FakeWechat.headers("SERIAL_1", STRANGER, NOW, "{}");
    server.then(ScriptedServer.reply(200, headers, new byte[] {'{', '}'}));

    client.query(NUMBER, SHOP, () -> true);

    assertThat(log.fields().getFirst())
        .containsEntry("fault", "UNKNOWN_SERIAL")
        .containsEntry("operation", "query")
        .containsEntry("serial", "SERIAL_1");
  }

  @Test
  void anAnswerAboutAnotherOrderIsWarnedAbout() {
    server.then(signed(200, "{\"out_trade_no\":\"another\",\"trade_state\":\"CLOSED\"}"));

    client.query(NUMBER, SHOP, () -> true);

    assertThat(log.fields().getFirst()).containsEntry("fault", "ANOTHER_ORDER");
  }

  @Test
  void anUnsignedErrorIsNotBecauseErrorsOftenAre() {
    server.then(unsigned(404, "{\"code\":\"ORDER_NOT_EXIST\"}")).then(signed(204, ""));

    client.query(NUMBER, SHOP, () -> true);
    client.close(NUMBER, SHOP, () -> true);

    assertThat(log.fields()).isEmpty();
  }
}
