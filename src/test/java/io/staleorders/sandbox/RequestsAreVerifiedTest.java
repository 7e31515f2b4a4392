package io.staleorders.sandbox;

import static io.staleorders.sandbox.ShopRequest.SUB;
import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Requests are checked as WeChat Pay checks them. */
@Fast
class RequestsAreVerifiedTest {
  /** What is wrong, and how a request comes to be so. */
  record Wrong(String what, UnaryOperator<ShopRequest> spoil) {}

  static final List<Wrong> WRONG_SENDERS =
      List.of(
          new Wrong("no Authorization", request -> request.scheme("")),
          new Wrong("another scheme", request -> request.scheme("WECHATPAY2-SM2-WITH-SM3")),
          new Wrong("another mchid", request -> request.field("mchid", SUB)),
          new Wrong("another serial", request -> request.field("serial_no", "AB12")),
          new Wrong("a wrong signature", request -> request.field("signature", "AAAA")),
          new Wrong("no Base64", request -> request.field("signature", "?")),
          new Wrong("another path signed", request -> request.signedWith("?x=1")),
          new Wrong("another key", request -> request.key(Rsa.newKeys().getPrivate())),
          new Wrong("no nonce", request -> request.field("nonce_str", "")),
          new Wrong("no time", request -> request.field("timestamp", "soon")));

  static final List<Wrong> WRONG_FORMS =
      List.of(
          new Wrong("no Accept", request -> request.without("Accept")),
          new Wrong("no User-Agent", request -> request.without("User-Agent")),
          new Wrong("no JSON type", request -> request.header("Content-Type", "text/plain")),
          new Wrong("no JSON", request -> request.body("{")),
          new Wrong("no object", request -> request.body("[]")),
          new Wrong("no body", request -> request.body("")),
          new Wrong("no sub_mchid", request -> request.body("{\"sp_mchid\":\"1900000100\"}")),
          new Wrong(
              "one field too many",
              request ->
                  request.body(
                      "{\"sp_mchid\":\"1900000100\",\"sub_mchid\":\"1\",\"mchid\":\"1\"}")),
          new Wrong(
              "a number for a text",
              request -> request.body("{\"sp_mchid\":1900000100,\"sub_mchid\":\"1\"}")),
          new Wrong(
              "another provider",
              request -> request.body("{\"sp_mchid\":\"1900000101\",\"sub_mchid\":\"1\"}")));

  private final Sandbox sandbox = Sandbox.start();

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @ParameterizedTest
  @FieldSource("WRONG_SENDERS")
  void wrongSenderIsRefused(Wrong wrong) {
    RawReply reply = wrong.spoil().apply(ShopRequest.close(sandbox, "order-0001")).send();

    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.field("code")).isEqualTo("SIGN_ERROR");
    assertThat(reply.field("message")).isNotEmpty();
    assertThat(ReplyCheck.of(reply, sandbox)).isEqualTo("unsigned");
    assertThat(reply.header("Request-ID")).endsWith("-268443699");
    assertThat(sandbox.orders().find("order-0001")).isEmpty();
    assertThat(sandbox.count(Counter.WRONG_REQUESTS)).isEqualTo(1);
  }

  @ParameterizedTest
  @FieldSource("WRONG_FORMS")
  void wrongFormIsRefused(Wrong wrong) {
    RawReply reply = wrong.spoil().apply(ShopRequest.close(sandbox, "order-0001")).send();

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.field("code")).isEqualTo("PARAM_ERROR");
    assertThat(reply.header("Request-ID")).endsWith("-268435461");
    assertThat(sandbox.orders().find("order-0001")).isEmpty();
  }

  @Test
  void nonceIsTakenOnce() {
    ShopRequest request = ShopRequest.close(sandbox, "order-0001");

    assertThat(request.send().status()).isEqualTo(204);
    assertThat(request.send().status()).isEqualTo(401);
    assertThat(request.toBackup().send().status()).isEqualTo(401);
    assertThat(sandbox.count(Counter.NONCES_REUSED)).isEqualTo(2);
  }

  @Test
  void requestMayBeFiveMinutesOffAndNoMore() {
    Duration justOff = Duration.ofMinutes(5).minusSeconds(20);
    Duration tooFarOff = Duration.ofMinutes(5).plusSeconds(20);

    assertThat(statusAfter(justOff.negated())).isEqualTo(204);
    assertThat(statusAfter(justOff)).isEqualTo(204);
    assertThat(statusAfter(tooFarOff.negated())).isEqualTo(401);
    assertThat(statusAfter(tooFarOff)).isEqualTo(401);
  }

  @Test
  void malformedNumberIsRefused() {
    assertThat(ShopRequest.close(sandbox, "short").send().field("code")).isEqualTo("PARAM_ERROR");
    assertThat(ShopRequest.query(sandbox, "order%200001").send().field("code"))
        .isEqualTo("PARAM_ERROR");
    assertThat(ShopRequest.query(sandbox, "x".repeat(33)).send().field("code"))
        .isEqualTo("PARAM_ERROR");
  }

  @Test
  void queryWithoutMerchantsIsRefused() {
    RawReply reply =
        ShopRequest.get(sandbox, "/v3/pay/partner/transactions/out-trade-no/order-0001").send();

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.field("code")).isEqualTo("PARAM_ERROR");
  }

  @Test
  void directMerchantsPathIsNotHere() {
    RawReply reply =
        ShopRequest.post(sandbox, "/v3/pay/transactions/out-trade-no/order-0001/close", "{}")
            .send();

    assertThat(reply.status()).isEqualTo(404);
    assertThat(reply.field("code")).isEqualTo("NOT_FOUND");
  }

  @Test
  void numberMayBeSentWithOrWithoutPercentSigns() {
    assertThat(ShopRequest.close(sandbox, "order|0001*").send().status()).isEqualTo(204);
    assertThat(ShopRequest.query(sandbox, "order%7C0001%2A").send().says()).isEqualTo("CLOSED");
  }

  private int statusAfter(Duration off) {
    return ShopRequest.close(sandbox, "order" + off.toSeconds())
        .signedAt(sandbox.clock().instant().plus(off))
        .send()
        .status();
  }
}
