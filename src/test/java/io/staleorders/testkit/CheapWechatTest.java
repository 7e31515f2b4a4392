package io.staleorders.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.Reply;
import io.staleorders.order.TradeState;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.wechatpay.CloseClient;
import io.staleorders.wechatpay.Endpoints;
import io.staleorders.wechatpay.WechatPay;
import io.staleorders.wechatpay.WechatPayAccount;
import io.staleorders.wechatpay.WechatPayPublicKey;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CheapWechatTest {
  private static final OutTradeNo NUMBER = new OutTradeNo("ORDER-1");

  @Test
  void itsRepliesAreBelieved() {
    try (CheapWechat server = CheapWechat.start()) {
      SandboxKeys keys = SandboxKeys.inMemory();
      MerchantId spMchid = new MerchantId(keys.spMchid());
      CloseClient client =
          WechatPay.connect(
                  new WechatPayAccount(
                      spMchid,
                      keys.merchantSerial(),
                      keys.merchantPrivateKey(),
                      Optional.of(
                          new WechatPayPublicKey(keys.publicKeyId(), keys.wechatPayPublicKey())),
                      Optional.empty()),
                  new Endpoints(
                      URI.create(server.baseUrl()), Optional.empty(), Duration.ofSeconds(10)),
                  InstantSource.system())
              .closeClient();
      Merchant merchant = new Merchant(spMchid, new MerchantId("1900000109"));

      assertThat(client.close(NUMBER, merchant, () -> true).reply())
          .isInstanceOf(Reply.Accepted.class);
      assertThat(client.close(NUMBER, merchant, () -> true).reply())
          .isInstanceOf(Reply.Accepted.class);
      assertThat(client.query(NUMBER, merchant, () -> true).reply())
          .isInstanceOfSatisfying(
              Reply.Found.class,
              found -> assertThat(found.tradeState()).isEqualTo(TradeState.CLOSED));
      assertThat(server.closes()).isEqualTo(2);
      assertThat(server.queries()).isEqualTo(1);
    }
  }

  @Test
  void asAProcessItTellsItsSettingsAndWhatItWasAsked() {
    try (CheapWechatProcess process = CheapWechatProcess.start(Duration.ZERO)) {
      assertThat(process.settings()).containsKeys("WECHATPAY_BASE_URL", "WECHATPAY_PUBLIC_KEY");
      assertThat(process.counts()).isEqualTo(new CheapWechatProcess.Counts(0, 0));
      process.delay(Duration.ofMillis(1));
    }
  }
}
