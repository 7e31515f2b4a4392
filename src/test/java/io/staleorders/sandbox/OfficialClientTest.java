package io.staleorders.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.wechat.pay.java.core.exception.ServiceException;
import com.wechat.pay.java.core.exception.ValidationException;
import com.wechat.pay.java.service.partnerpayments.jsapi.model.Transaction;
import io.staleorders.testkit.Fast;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What WeChat Pay's own client makes of the sandbox. */
@Fast
class OfficialClientTest {
  private static final String SUB = "1900000109";

  private final Sandbox sandbox = Sandbox.start();
  private final OfficialClient client = OfficialClient.withPublicKey(sandbox);

  @AfterEach
  void stop() {
    sandbox.close();
  }

  @Test
  void unpaidOrderIsClosed() {
    client.close("order-0001", SUB);

    assertThat(sandbox.state("order-0001")).isEqualTo(OrderState.CLOSED);
    assertThat(client.query("order-0001", SUB).getTradeState())
        .isEqualTo(Transaction.TradeStateEnum.CLOSED);
  }

  @Test
  void numberMayHoldEveryCharacterThatWeChatPayAllows() {
    client.close("Az09_-|*order", SUB);

    assertThat(sandbox.state("Az09_-|*order")).isEqualTo(OrderState.CLOSED);
    assertThat(client.query("Az09_-|*order", SUB).getOutTradeNo()).isEqualTo("Az09_-|*order");
  }

  @Test
  void paidOrderCannotBeClosed() {
    sandbox.place("order-0002", SUB);
    assertThat(sandbox.pay("order-0002")).isTrue();

    assertThatExceptionOfType(ServiceException.class)
        .isThrownBy(() -> client.close("order-0002", SUB))
        .satisfies(
            e -> {
              assertThat(e.getHttpStatusCode()).isEqualTo(400);
              assertThat(e.getErrorCode()).isEqualTo("ORDER_PAID");
            });
    Transaction transaction = client.query("order-0002", SUB);
    assertThat(transaction.getTradeState()).isEqualTo(Transaction.TradeStateEnum.SUCCESS);
    assertThat(transaction.getTransactionId()).hasSize(28);
    assertThat(transaction.getSuccessTime()).endsWith("+08:00");
  }

  @Test
  void closedOrderCannotBePaid() {
    client.close("order-0003", SUB);

    assertThat(sandbox.pay("order-0003")).isFalse();
    assertThat(sandbox.state("order-0003")).isEqualTo(OrderState.CLOSED);
  }

  @Test
  void orderNotPlacedIsNotFound() {
    assertThatExceptionOfType(ServiceException.class)
        .isThrownBy(() -> client.query("ABSENT-0001", SUB))
        .satisfies(
            e -> {
              assertThat(e.getHttpStatusCode()).isEqualTo(404);
              assertThat(e.getErrorCode()).isEqualTo("ORDER_NOT_EXIST");
            });
  }

  @Test
  void wrongSignatureIsNoticed() {
    sandbox.faults().everybody(Optional.of(Misbehaviour.WRONG_SIGNATURE));

    assertThatExceptionOfType(ValidationException.class)
        .isThrownBy(() -> client.close("order-0004", SUB));
  }

  @Test
  void certificatesAreDownloadedAndVerifyReplies() {
    OfficialClient withCertificates = OfficialClient.withCertificates(sandbox);

    withCertificates.close("order-0005", SUB);

    assertThat(sandbox.state("order-0005")).isEqualTo(OrderState.CLOSED);
    assertThat(sandbox.count(Counter.CERTIFICATES)).isPositive();
  }

  @Test
  void newCertificateVerifiesRepliesOnceDownloaded() {
    sandbox.certificates().rotate();
    sandbox.signByCertificate(true);
    OfficialClient withCertificates = OfficialClient.withCertificates(sandbox);
    sandbox.certificates().retireOld();

    withCertificates.close("order-0006", SUB);

    assertThat(sandbox.state("order-0006")).isEqualTo(OrderState.CLOSED);
  }
}
