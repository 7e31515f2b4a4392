package io.staleorders.wechatpay;

import io.staleorders.order.Merchant;
import io.staleorders.order.OutTradeNo;
import io.staleorders.order.VerificationFault;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import okhttp3.Headers;

/**
 * A response, read and checked.
 *
 * @param fields those of the body that are read, by name; absent if the body is not a JSON object
 * @param fault why it is not believed; empty if it is
 * @param dateAhead how far its {@code Date} is ahead of this machine's clock
 */
record Answer(
    int status,
    Headers headers,
    Optional<Map<String, String>> fields,
    Optional<VerificationFault> fault,
    Optional<Duration> dateAhead) {

  static Answer of(Outcome.Answered http, Optional<VerificationFault> fault, Instant now) {
    return new Answer(
        http.status(),
        http.headers(),
        Json.texts(http.body()),
        fault,
        Optional.ofNullable(http.headers().getInstant("Date"))
            .map(date -> Duration.between(now, date)));
  }

  boolean verified() {
    return fault.isEmpty();
  }

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  boolean isClientError() {
    return status >= 400 && status < 500;
  }

  /** A field of the body, if it is there and a string. */
  Optional<String> text(String field) {
    return fields.flatMap(texts -> Optional.ofNullable(texts.get(field)));
  }

  Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name));
  }

  Optional<String> requestId() {
    return header("Request-ID");
  }

  /**
   * This answer to a query, no longer believed if it is about another order: the signature binds it
   * to no request.
   */
  Answer checkedToBeAbout(OutTradeNo number, Merchant merchant) {
    boolean another =
        verified()
            && status == 200
            && fields.isPresent()
            && !(says("out_trade_no", number.value())
                && says("sp_mchid", merchant.spMchid().value())
                && says("sub_mchid", merchant.subMchid().value()));
    return another
        ? new Answer(
            status, headers, fields, Optional.of(VerificationFault.ANOTHER_ORDER), dateAhead)
        : this;
  }

  private boolean says(String field, String value) {
    return text(field).filter(value::equals).isPresent();
  }
}
