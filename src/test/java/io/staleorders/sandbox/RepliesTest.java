package io.staleorders.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How replies look on the wire, when nothing is wrong. */
@Fast
class RepliesTest {
  private final Instant now = Instant.parse("2026-03-05T01:02:03Z");
  private final Sandbox sandbox = Sandbox.start(() -> now);

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void headersAreSpelledAsWeChatPaySpellsThem() {
    RawReply reply = ShopRequest.query(sandbox, "order-0001").send();

    assertThat(reply.headers())
        .containsKeys(
            "Wechatpay-Timestamp",
            "Wechatpay-Nonce",
            "Wechatpay-Signature",
            "Wechatpay-Serial",
            "Wechatpay-Signature-Type",
            "Request-ID",
            "Date",
            "Content-Type");
    assertThat(reply.header("Wechatpay-Serial")).startsWith("PUB_KEY_ID_");
    assertThat(reply.header("Date")).isEqualTo("Thu, 05 Mar 2026 01:02:03 GMT");
    assertThat(reply.header("Wechatpay-Timestamp")).isEqualTo(Long.toString(now.getEpochSecond()));
  }

  @Test
  void replyWithoutBodyIsSignedToo() {
    RawReply reply = ShopRequest.close(sandbox, "order-0001").send();

    assertThat(reply.status()).isEqualTo(204);
    assertThat(reply.body()).isEmpty();
    assertThat(ReplyCheck.of(reply, sandbox)).isEqualTo("signed");
    assertThat(reply.header("Request-ID")).matches("[0-9A-F]+-0");
  }

  @Test
  void queryNamesTheOrder() {
    RawReply reply = ShopRequest.query(sandbox, "order-0001").send();

    assertThat(reply.field("out_trade_no")).isEqualTo("order-0001");
    assertThat(reply.field("sp_mchid")).isEqualTo(sandbox.keys().spMchid());
    assertThat(reply.field("sub_mchid")).isEqualTo(ShopRequest.SUB);
    assertThat(reply.field("trade_state")).isEqualTo("NOTPAY");
    assertThat(reply.field("transaction_id")).isEmpty();
  }

  @Test
  void paidOrderSaysWhenAndByWhichTransaction() {
    sandbox.place("order-0001", ShopRequest.SUB);
    sandbox.pay("order-0001");

    RawReply reply = ShopRequest.query(sandbox, "order-0001").send();

    assertThat(reply.field("success_time")).isEqualTo("2026-03-05T09:02:03+08:00");
    assertThat(reply.field("transaction_id")).startsWith("4200").hasSize(28);
    assertThat(reply.text()).contains("\"currency\":\"CNY\"");
  }

  @Test
  void orderOfAnotherSubMerchantIsNotShownAndNotClosed() {
    sandbox.place("order-0001", "1900000999");

    assertThat(ShopRequest.query(sandbox, "order-0001").send().says()).isEqualTo("ORDER_NOT_EXIST");
    RawReply close = ShopRequest.close(sandbox, "order-0001").send();
    assertThat(close.says()).isEqualTo("INVALID_REQUEST");
    assertThat(close.header("Request-ID")).endsWith("-268447845");
    assertThat(sandbox.state("order-0001")).isEqualTo(OrderState.NOTPAY);
  }

  @Test
  void recordSaysWhichRequestClosedTheOrder() {
    RawReply first = ShopRequest.close(sandbox, "order-0001").send();
    RawReply second = ShopRequest.close(sandbox, "order-0001").send();

    assertThat(second.says()).isEqualTo("ORDER_CLOSED");
    OrderRecord order = sandbox.orders().find("order-0001").orElseThrow();
    assertThat(order.closedBy()).contains(first.header("Request-ID"));
    assertThat(order.closedAt()).contains(now);
    assertThat(order.closesAccepted()).isEqualTo(1);
    assertThat(sandbox.requests("order-0001"))
        .extracting(SeenRequest::requestId)
        .containsExactly(first.header("Request-ID"), second.header("Request-ID"));
  }

  @Test
  void clockAheadShowsInEveryTimeOfAReply() {
    sandbox.faults().clockAhead(Duration.ofHours(1));

    RawReply reply = ShopRequest.query(sandbox, "order-0001").send();

    ZonedDateTime date =
        ZonedDateTime.parse(reply.header("Date"), DateTimeFormatter.RFC_1123_DATE_TIME);
    assertThat(date.toInstant()).isEqualTo(now.plus(Duration.ofHours(1)));
    assertThat(reply.header("Wechatpay-Timestamp"))
        .isEqualTo(Long.toString(now.plus(Duration.ofHours(1)).getEpochSecond()));
    assertThat(ShopRequest.query(sandbox, "order-0001").signedAt(now).send().status())
        .isEqualTo(401);
  }

  @Test
  void errorRepliesMayBeUnsigned() {
    sandbox.faults().unsignedErrors(true);

    RawReply error = ShopRequest.query(sandbox, "ABSENT-0001").send();
    RawReply success = ShopRequest.query(sandbox, "order-0001").send();

    assertThat(ReplyCheck.of(error, sandbox)).isEqualTo("unsigned");
    assertThat(ReplyCheck.of(success, sandbox)).isEqualTo("signed");
  }

  @Test
  void redirectThatIsFollowedIsCounted() {
    RawReply reply = ShopRequest.close(sandbox, "REDIRECT-0001").send();
    assertThat(reply.header("Location")).isNotEmpty();
    assertThat(sandbox.count(Counter.REDIRECTS_FOLLOWED)).isZero();

    ShopRequest.get(sandbox, reply.header("Location")).send();

    assertThat(sandbox.count(Counter.REDIRECTS_FOLLOWED)).isEqualTo(1);
  }

  @Test
  void oddBodiesAreAsOddAsTheySay() {
    assertThat(ShopRequest.query(sandbox, "HUGE-0001").send().body()).hasSize(10_000_000);
    assertThat(ShopRequest.query(sandbox, "ODDMESSAGE-0001").send().field("message"))
        .hasSize(60_000)
        .contains("\u0000", "\n");
    assertThat(ShopRequest.query(sandbox, "OTHERORDER-0001").send().field("out_trade_no"))
        .isNotEqualTo("OTHERORDER-0001");
    assertThat(ShopRequest.query(sandbox, "OTHERSUBMERCHANT-0001").send().field("sub_mchid"))
        .isNotEqualTo(ShopRequest.SUB);
    assertThat(ShopRequest.query(sandbox, "OTHERPROVIDER-0001").send().field("sp_mchid"))
        .isNotEqualTo(sandbox.keys().spMchid());
  }

  @Test
  void numberOfTheErrorEndsTheRequestId() {
    assertThat(ShopRequest.close(sandbox, "NEEDSREVERSE-0001").send().header("Request-ID"))
        .endsWith("-268449641");
    assertThat(ShopRequest.close(sandbox, "PAIDNUMBER-0001").send().header("Request-ID"))
        .endsWith("-268498689");
  }

  @Test
  void slowReplyComesInTheEnd() {
    sandbox.faults().everybody(Optional.of(Misbehaviour.SLOW));

    assertThat(ShopRequest.close(sandbox, "order-0001").send().status()).isEqualTo(204);
  }
}
