package io.staleorders.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.staleorders.testkit.Fast;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The sandbox by hand. */
@Fast
class AdminTest {
  private final Sandbox sandbox = Sandbox.start();

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void orderIsPlacedPaidAndShown() throws Exception {
    assertThat(put("/sandbox/orders/order-0001", "{\"sub_mchid\":\"1900000109\"}").text())
        .isEqualTo("{\"placed\":true}");
    assertThat(post("/sandbox/orders/order-0001/pay").text()).isEqualTo("{\"paid\":true}");
    assertThat(post("/sandbox/orders/order-0001/pay").text()).isEqualTo("{\"paid\":false}");
    ShopRequest.close(sandbox, "order-0001").send();

    JsonNode order = json(get("/sandbox/orders/order-0001"));

    assertThat(order.path("trade_state").asText()).isEqualTo("SUCCESS");
    assertThat(order.path("sub_mchid").asText()).isEqualTo("1900000109");
    assertThat(order.path("transaction_id").asText()).hasSize(28);
    assertThat(order.path("latest_requests").get(0).path("code").asText()).isEqualTo("ORDER_PAID");
  }

  @Test
  void ordersAreListedByState() throws Exception {
    ShopRequest.close(sandbox, "order-0001").send();
    ShopRequest.query(sandbox, "order-0002").send();

    assertThat(json(get("/sandbox/orders"))).hasSize(2);
    JsonNode closed = json(get("/sandbox/orders?state=CLOSED"));
    assertThat(closed).hasSize(1);
    assertThat(closed.get(0).path("out_trade_no").asText()).isEqualTo("order-0001");
    assertThat(closed.get(0).path("closed_by").asText()).endsWith("-0");
    assertThat(json(get("/sandbox/requests"))).hasSize(2);
  }

  @Test
  void nextRepliesAreListed() {
    put("/sandbox/orders/order-0001/next", "[\"no_auth\", \"\", \"SIGNTEST\"]");

    assertThat(ShopRequest.close(sandbox, "order-0001").send().says()).isEqualTo("NO_AUTH");
    assertThat(ShopRequest.query(sandbox, "order-0001").send().says()).isEqualTo("NOTPAY");
    assertThat(ReplyCheck.of(ShopRequest.query(sandbox, "order-0001").send(), sandbox))
        .isEqualTo("signtest");
  }

  @Test
  void switchesAreSetShownAndCleared() throws Exception {
    String wanted =
        """
        {"everybody":"SYSTEM_ERROR","sub_mchids":{"1900000109":"NO_AUTH"},"outage":true,\
        "main_host_down":true,"unsigned_errors":true,"reply_delay_ms":7,"clock_ahead_seconds":600,\
        "rate_limit":2.5,"unknown_are_absent":true,"sign_by_certificate":true,\
        "certificate_list":"GARBAGE"}""";
    JsonNode before = json(get("/sandbox/faults"));

    RawReply set = put("/sandbox/faults", wanted);

    assertThat(set.text()).isEqualTo(wanted);
    assertThat(sandbox.faults().clockAhead()).isEqualTo(Duration.ofMinutes(10));
    assertThat(sandbox.faults().outage()).isTrue();
    assertThat(sandbox.rate().perSecond()).isEqualTo(2.5);
    assertThat(json(send("DELETE", "/sandbox/faults"))).isEqualTo(before);
    assertThat(json(get("/sandbox/faults"))).isEqualTo(before);
  }

  @Test
  void adminWorksDuringAnOutage() {
    put("/sandbox/faults", "{\"outage\":true}");
    assertThat(ShopRequest.close(sandbox, "order-0001").send().status()).isZero();

    put("/sandbox/faults", "{\"outage\":false}");
    assertThat(ShopRequest.close(sandbox, "order-0001").send().status()).isEqualTo(204);
  }

  @Test
  void overviewNamesEveryMisbehaviour() throws Exception {
    JsonNode overview = json(get("/sandbox"));

    assertThat(overview.path("misbehaviours")).hasSize(Misbehaviour.values().length);
    assertThat(overview.path("misbehaviours").get(0).path("prefix").asText()).isEqualTo("PAID-");
    assertThat(overview.path("counts").path("requests").asInt(-1)).isZero();
  }

  @Test
  void certificatesAreRotatedAndRetired() throws Exception {
    assertThat(json(post("/sandbox/certificates/rotate")).path("platform_certificates")).hasSize(2);
    assertThat(json(post("/sandbox/certificates/retire")).path("platform_certificates")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"unheard\":1}",
        "{\"everybody\":\"UNHEARD\"}",
        "{\"outage\":\"yes\"}",
        "{\"rate_limit\":-1}",
        "{\"certificate_list\":\"BAD\"}"
      })
  void wrongSwitchIsRefused(String body) {
    RawReply reply = put("/sandbox/faults", body);

    assertThat(reply.status()).isEqualTo(400);
    assertThat(reply.field("message")).isNotEmpty();
  }

  @Test
  void otherPathsAreNotFound() {
    assertThat(get("/sandbox/orders/order-0001").status()).isEqualTo(404);
    assertThat(get("/sandbox/nothing").status()).isEqualTo(404);
    assertThat(send("DELETE", "/sandbox/orders/order-0001").status()).isEqualTo(404);
  }

  private RawReply get(String target) {
    return send("GET", target);
  }

  private RawReply post(String target) {
    return send("POST", target);
  }

  private RawReply put(String target, String body) {
    return ShopRequest.to(sandbox, "PUT", target, body).send();
  }

  private RawReply send(String method, String target) {
    return ShopRequest.to(sandbox, method, target, "").send();
  }

  private static JsonNode json(RawReply reply) throws Exception {
    assertThat(reply.status()).isEqualTo(200);
    return Answer.JSON.readTree(reply.text());
  }
}
