package io.staleorders.wechatpay;

import static io.staleorders.wechatpay.FakeWechat.SP;
import static io.staleorders.wechatpay.FakeWechat.signed;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.testkit.Fast;
import io.staleorders.testkit.ScriptedServer;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import okhttp3.HttpUrl;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A process that is frozen between the permit for a request and its first byte. */
@Fast
class LateRequestTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(10);
  private static final ApiRequest REQUEST =
      ApiRequest.close(
          new OutTradeNo("20260301A1"), new Merchant(SP, new MerchantId("1900000110")));

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void requestIsNotSentOnceItsTimeIsOver() {
    Sent sent = send(TIMEOUT.plusMillis(1));

    assertThat(server.requests()).isEmpty();
    assertThat(sent.outcome())
        .isInstanceOfSatisfying(
            Outcome.Failed.class,
            failed -> {
              assertThat(failed.failure()).isEqualTo(Failure.TIMEOUT);
              assertThat(failed.sent()).isFalse();
            });
  }

  @Test
  void requestIsSentAsLongAsItsTimeIsNotOver() {
    Sent sent = send(TIMEOUT);

    assertThat(server.requests()).hasSize(1);
    assertThat(sent.outcome()).isInstanceOf(Outcome.Answered.class);
  }

  /** Makes a request while the time passes that its process is frozen. */
  private Sent send(Duration frozen) {
    server.then(signed(204, ""));
    AtomicLong asked = new AtomicLong();
    LongSupplier ticker = () -> asked.getAndIncrement() == 0 ? 0 : frozen.toNanos();
    return new HttpTransport(
            new RequestSigner(FakeWechat.account(), FakeWechat.CLOCK, RequestSigner.randomNonces()),
            new PlatformKeys(FakeWechat.account().publicKey(), FakeWechat.CLOCK),
            FakeWechat.CLOCK,
            TIMEOUT,
            ticker)
        .send(
            Objects.requireNonNull(HttpUrl.get(server.uri())), REQUEST, new LargeBodies().share());
  }
}
