package io.staleorders.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who meets which misbehaviour, and when. */
@Fast
class FaultsTest {
  private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
  private final Sandbox sandbox = Sandbox.start(now::get);

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void listedRepliesComeInTurnAndThenNoMore() {
    sandbox
        .faults()
        .nextReplies(
            "order-0001", List.of(Optional.of(Misbehaviour.SYSTEM_ERROR), Optional.empty()));
    sandbox.faults().everybody(Optional.of(Misbehaviour.NO_AUTH));

    assertThat(query("order-0001")).isEqualTo("SYSTEM_ERROR");
    assertThat(query("order-0001")).isEqualTo("NOTPAY");
    assertThat(query("order-0001")).isEqualTo("NO_AUTH");
    assertThat(query("order-0002")).isEqualTo("NO_AUTH");
  }

  @Test
  void scriptSeesEveryRequestAndDecides() {
    List<Facts> seen = new CopyOnWriteArrayList<>();
    sandbox.script(
        facts -> {
          seen.add(facts);
          return facts.nth() == 2 ? Optional.of(Misbehaviour.PAID) : Optional.empty();
        });

    assertThat(query("order-0001")).isEqualTo("NOTPAY");
    assertThat(ShopRequest.close(sandbox, "order-0001").send().says()).isEqualTo("ORDER_PAID");
    assertThat(query("order-0001")).isEqualTo("SUCCESS");
    assertThat(seen)
        .extracting(Facts::operation)
        .containsExactly(Operation.QUERY, Operation.CLOSE, Operation.QUERY);
    assertThat(seen).allMatch(facts -> facts.outTradeNo().equals(Optional.of("order-0001")));
  }

  @Test
  void closedOrderIsNotPaidByAScript() {
    ShopRequest.close(sandbox, "order-0001").send();
    sandbox.script(facts -> Optional.of(Misbehaviour.PAID));

    assertThat(query("order-0001")).isEqualTo("CLOSED");
    assertThat(ShopRequest.close(sandbox, "order-0001").send().says()).isEqualTo("ORDER_CLOSED");
  }

  @Test
  void deadSubMerchantDoesNotTouchOthers() {
    sandbox.faults().subMerchant("1900000999", Optional.of(Misbehaviour.ACCOUNT_ERROR));
    assertThat(query("order-0001")).isEqualTo("NOTPAY");

    sandbox.faults().subMerchant(ShopRequest.SUB, Optional.of(Misbehaviour.ACCOUNT_ERROR));
    assertThat(query("order-0001")).isEqualTo("ACCOUNT_ERROR");

    sandbox.faults().subMerchant(ShopRequest.SUB, Optional.empty());
    assertThat(query("order-0001")).isEqualTo("NOTPAY");
  }

  @Test
  void digitsAfterAPrefixLimitIt() {
    assertThat(query("system_Error2-0001")).isEqualTo("SYSTEM_ERROR");
    assertThat(query("system_Error2-0001")).isEqualTo("SYSTEM_ERROR");
    assertThat(query("system_Error2-0001")).isEqualTo("NOTPAY");
    assertThat(query("PAYING1-0001")).isEqualTo("USERPAYING");
    assertThat(query("PAYING1-0001")).isEqualTo("NOTPAY");
  }

  @Test
  void otherPrefixesMeanNothing() {
    assertThat(query("UNHEARD-0001")).isEqualTo("NOTPAY");
    assertThat(query("PAIDorder0001")).isEqualTo("NOTPAY");
    assertThat(query("order-PAID-0001")).isEqualTo("NOTPAY");
  }

  @Test
  void lateOrderExistsAfterTwoQueries() {
    assertThat(query("LATE-0001")).isEqualTo("ORDER_NOT_EXIST");
    assertThat(query("LATE-0001")).isEqualTo("ORDER_NOT_EXIST");
    assertThat(query("LATE-0001")).isEqualTo("NOTPAY");
    assertThat(ShopRequest.close(sandbox, "LATE-0001").send().status()).isEqualTo(204);
    assertThat(sandbox.state("LATE-0001")).isEqualTo(OrderState.CLOSED);
  }

  @Test
  void absentOrderCanBePlacedLater() {
    assertThat(query("ABSENT-0001")).isEqualTo("ORDER_NOT_EXIST");
    assertThat(sandbox.pay("ABSENT-0001")).isFalse();

    assertThat(sandbox.place("ABSENT-0001", ShopRequest.SUB)).isTrue();

    assertThat(query("ABSENT-0001")).isEqualTo("NOTPAY");
    assertThat(sandbox.pay("ABSENT-0001")).isTrue();
  }

  @Test
  void unknownOrdersAreAbsentIfSoWished() {
    sandbox.orders().unknownAreAbsent(true);
    sandbox.place("order-0001", ShopRequest.SUB);

    assertThat(query("order-0001")).isEqualTo("NOTPAY");
    assertThat(query("order-0002")).isEqualTo("ORDER_NOT_EXIST");
  }

  @Test
  void outageAnswersNobody() {
    sandbox.faults().outage(true);
    assertThat(ShopRequest.query(sandbox, "order-0001").send().ending()).isEqualTo("reset");
    assertThat(ShopRequest.query(sandbox, "order-0001").toBackup().send().ending())
        .isEqualTo("reset");

    sandbox.faults().outage(false);
    assertThat(query("order-0001")).isEqualTo("NOTPAY");
    assertThat(sandbox.count(Counter.REQUESTS)).isEqualTo(3);
  }

  @Test
  void backupHostKnowsTheSameOrders() {
    sandbox.faults().mainHostDown(true);

    assertThat(ShopRequest.close(sandbox, "order-0001").send().ending()).isEqualTo("reset");
    assertThat(ShopRequest.close(sandbox, "order-0001").toBackup().send().status()).isEqualTo(204);
    assertThat(sandbox.state("order-0001")).isEqualTo(OrderState.CLOSED);
    assertThat(sandbox.requests("order-0001"))
        .extracting(SeenRequest::backupHost)
        .containsExactly(false, true);
  }

  @Test
  void refusedConnectionsAreTakenAgainLaterOnTheSamePort() {
    int port = sandbox.port();
    sandbox.refuseConnections(true);
    ShopRequest refused = ShopRequest.query(sandbox, "order-0001");
    assertThat(refused.send().ending()).isEqualTo("reset");
    assertThat(sandbox.count(Counter.REQUESTS)).isZero();

    sandbox.refuseConnections(false);

    assertThat(sandbox.port()).isEqualTo(port);
    assertThat(query("order-0001")).isEqualTo("NOTPAY");
  }

  @Test
  void rateIsLimitedByTheClock() {
    sandbox.rateLimit(2);

    assertThat(query("order-0001")).isEqualTo("NOTPAY");
    assertThat(query("order-0002")).isEqualTo("NOTPAY");
    RawReply refused = ShopRequest.query(sandbox, "order-0003").send();
    assertThat(refused.status()).isEqualTo(429);
    assertThat(refused.says()).isEqualTo("RATELIMIT_EXCEEDED");
    assertThat(sandbox.count(Counter.RATE_LIMITED)).isEqualTo(1);

    now.updateAndGet(time -> time.plusMillis(500));
    assertThat(query("order-0003")).isEqualTo("NOTPAY");
    assertThat(query("order-0004")).isEqualTo("RATELIMIT_EXCEEDED");
  }

  @Test
  void replyIsDelayed() {
    sandbox.faults().replyDelay(Duration.ofSeconds(60));

    RawReply reply = ShopRequest.close(sandbox, "order-0001").waitingFor(200).send();

    assertThat(reply.ending()).isEqualTo("timeout");
    assertThat(sandbox.state("order-0001")).isEqualTo(OrderState.CLOSED);
  }

  @Test
  void certificatesMeetTheScriptToo() {
    sandbox.script(
        facts ->
            facts.operation() == Operation.CERTIFICATES
                ? Optional.of(Misbehaviour.SIGN_ERROR)
                : Optional.empty());

    assertThat(ShopRequest.get(sandbox, "/v3/certificates").send().says()).isEqualTo("SIGN_ERROR");
  }

  private String query(String outTradeNo) {
    return ShopRequest.query(sandbox, outTradeNo).send().says();
  }
}
