package io.staleorders.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.staleorders.testkit.Fast;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Each misbehaviour, asked for by prefix: a close call, then a query, then the truth. */
@Fast
class MisbehaviourTest {
  /** Name, what the close call gets, what the query gets, what the order is afterwards. */
  static final String[] TABLE =
      """
      PAID                  | 400 ORDER_PAID signed            | 200 SUCCESS signed               | SUCCESS
      PAID_FORBIDDEN        | 403 ORDER_PAID signed            | 200 SUCCESS signed               | SUCCESS
      PAID_OLD              | 400 ORDERPAID signed             | 200 SUCCESS signed               | SUCCESS
      PAID_NUMBER           | 400 INVALID_REQUEST signed       | 200 SUCCESS signed               | SUCCESS
      REFUND                | 400 ORDER_PAID signed            | 200 REFUND signed                | REFUND
      CLOSED                | 400 ORDER_CLOSED signed          | 200 CLOSED signed                | CLOSED
      CLOSED_OLD            | 400 ORDERCLOSED signed           | 200 CLOSED signed                | CLOSED
      REVOKED               | 400 ORDER_CLOSED signed          | 200 REVOKED signed               | REVOKED
      PAYING                | 202 USER_PAYING signed           | 200 USERPAYING signed            | USERPAYING
      PAYING_OLD            | 202 USERPAYING signed            | 200 USERPAYING signed            | USERPAYING
      PAYERROR              | 403 TRADE_ERROR signed           | 200 PAYERROR signed              | PAYERROR
      ACCEPT                | 403 TRADE_ERROR signed           | 200 ACCEPT signed                | ACCEPT
      ABSENT                | 404 ORDER_NOT_EXIST signed       | 404 ORDER_NOT_EXIST signed       | ABSENT
      ABSENT_OLD            | 404 ORDERNOTEXIST signed         | 404 ORDERNOTEXIST signed         | ABSENT
      GHOST                 | 204 signed                       | 404 ORDER_NOT_EXIST signed       | ABSENT
      GHOST_PAID            | 204 signed                       | 200 SUCCESS signed               | SUCCESS
      LATE                  | 404 ORDER_NOT_EXIST signed       | 404 ORDER_NOT_EXIST signed       | ABSENT
      STAYS                 | 204 signed                       | 200 NOTPAY signed                | NOTPAY
      CLOSES_AGAIN          | 204 signed                       | 200 CLOSED signed                | CLOSED
      PARAM_ERROR           | 400 PARAM_ERROR signed           | 200 NOTPAY signed                | NOTPAY
      INVALID_REQUEST       | 400 INVALID_REQUEST signed       | 200 NOTPAY signed                | NOTPAY
      NEEDS_REVERSE         | 400 INVALID_REQUEST signed       | 200 NOTPAY signed                | NOTPAY
      MISMATCH              | 400 INVALID_REQUEST signed       | 200 NOTPAY signed                | NOTPAY
      APPID_MCHID_NOT_MATCH | 400 APPID_MCHID_NOT_MATCH signed | 200 NOTPAY signed                | NOTPAY
      TRADE_ERROR           | 403 TRADE_ERROR signed           | 200 NOTPAY signed                | NOTPAY
      RULE_LIMIT            | 403 RULE_LIMIT signed            | 200 NOTPAY signed                | NOTPAY
      UNKNOWN_CODE          | 400 MERCURY_RETROGRADE signed    | 200 NOTPAY signed                | NOTPAY
      USER_PAYING           | 202 USER_PAYING signed           | 200 NOTPAY signed                | NOTPAY
      ACCEPTED              | 202 ACCEPTED signed              | 200 NOTPAY signed                | NOTPAY
      FREQUENCY_LIMITED     | 429 FREQUENCY_LIMITED signed     | 429 FREQUENCY_LIMITED signed     | NOTPAY
      FREQUENCY_LIMITED_OLD | 429 FREQENCY_LIMIT signed        | 429 FREQENCY_LIMIT signed        | NOTPAY
      RATELIMIT_EXCEEDED    | 429 RATELIMIT_EXCEEDED signed    | 429 RATELIMIT_EXCEEDED signed    | NOTPAY
      SIGN_ERROR            | 401 SIGN_ERROR unsigned          | 401 SIGN_ERROR unsigned          | NOTPAY
      NO_AUTH               | 403 NO_AUTH signed               | 403 NO_AUTH signed               | NOTPAY
      MCH_NOT_EXISTS        | 400 MCH_NOT_EXISTS signed        | 400 MCH_NOT_EXISTS signed        | NOTPAY
      ACCOUNT_ERROR         | 403 ACCOUNT_ERROR signed         | 403 ACCOUNT_ERROR signed         | NOTPAY
      UNSIGNED_ABSENT       | 404 ORDER_NOT_EXIST unsigned     | 404 ORDER_NOT_EXIST unsigned     | NOTPAY
      UNSIGNED_CLOSED       | 400 ORDER_CLOSED unsigned        | 400 ORDER_CLOSED unsigned        | NOTPAY
      SYSTEM_ERROR          | 500 SYSTEM_ERROR signed          | 500 SYSTEM_ERROR signed          | NOTPAY
      SERVICE_UNAVAILABLE   | 503 SERVICE_UNAVAILABLE unsigned | 503 SERVICE_UNAVAILABLE unsigned | NOTPAY
      OTHER_ORDER           | 204 signed                       | 200 CLOSED signed                | CLOSED
      OTHER_SUB_MERCHANT    | 204 signed                       | 200 CLOSED signed                | CLOSED
      OTHER_PROVIDER        | 204 signed                       | 200 CLOSED signed                | CLOSED
      ODD_STATE             | 204 signed                       | 200 SETTLING signed              | CLOSED
      NO_STATE              | 204 signed                       | 200 signed                       | CLOSED
      GATEWAY               | 502 unsigned                     | 502 unsigned                     | NOTPAY
      PORTAL                | 200 unsigned                     | 200 unsigned                     | NOTPAY
      REDIRECT              | 307 unsigned                     | 307 unsigned                     | NOTPAY
      NOT_JSON              | 200 signed                       | 200 signed                       | NOTPAY
      WRONG_TYPES           | 200 signed                       | 200 signed                       | NOTPAY
      EMPTY_BODY            | 200 signed                       | 200 signed                       | NOTPAY
      BAD_UNICODE           | 200 \ufffd\ufffd signed          | 200 \ufffd\ufffd signed          | NOTPAY
      HUGE                  | 200 CLOSED signed                | 200 CLOSED signed                | NOTPAY
      ODD_MESSAGE           | 400 ODD CODE signed              | 400 ODD CODE signed              | NOTPAY
      HANG                  | timeout                          | timeout                          | NOTPAY
      HANG_AFTER            | timeout                          | timeout                          | CLOSED
      SLOW                  | timeout                          | timeout                          | CLOSED
      DRIP                  | timeout H                        | timeout H                        | NOTPAY
      RESET                 | reset                            | reset                            | NOTPAY
      RESET_AFTER           | reset                            | reset                            | CLOSED
      EMPTY                 | end                              | end                              | NOTPAY
      GARBAGE               | end garbage                      | end garbage                      | NOTPAY
      CUT_SHORT             | end HTTP/1.1 200 OK              | end HTTP/1.1 200 OK              | CLOSED
      UNSIGNED              | 204 unsigned                     | 200 CLOSED unsigned              | CLOSED
      WRONG_SIGNATURE       | 204 wrong                        | 200 CLOSED wrong                 | CLOSED
      SIGNTEST              | 204 signtest                     | 200 CLOSED signtest              | CLOSED
      UNKNOWN_SERIAL        | 204 unknown                      | 200 CLOSED unknown               | CLOSED
      NO_NONCE              | 204 incomplete                   | 200 CLOSED incomplete            | CLOSED
      STALE                 | 204 stale                        | 200 CLOSED stale                 | CLOSED
      OTHER_BODY            | 204 wrong                        | 200 CLOSED wrong                 | CLOSED
      """
          .lines()
          .toArray(String[]::new);

  private static final Sandbox SANDBOX = Sandbox.start();

  @AfterAll
  static void stop() {
    SANDBOX.close();
  }

  @ParameterizedTest
  @FieldSource("TABLE")
  void misbehavesAsItsNameSays(String line) {
    String[] row = line.split("\\|", -1);
    Misbehaviour misbehaviour = Misbehaviour.valueOf(row[0].strip());
    String outTradeNo = misbehaviour.prefix().toLowerCase(Locale.ROOT) + "-0001";

    RawReply close = ShopRequest.close(SANDBOX, outTradeNo).waitingFor(patience(row[1])).send();
    RawReply query = ShopRequest.query(SANDBOX, outTradeNo).waitingFor(patience(row[2])).send();

    assertThat(seen(close)).isEqualTo(row[1].strip());
    assertThat(seen(query)).isEqualTo(row[2].strip());
    assertThat(SANDBOX.state(outTradeNo)).isEqualTo(OrderState.valueOf(row[3].strip()));
    assertThat(SANDBOX.requests(outTradeNo)).hasSize(2);
  }

  @Test
  void everyMisbehaviourIsInTheTable() {
    Set<String> named =
        Arrays.stream(TABLE).map(row -> row.split(" ", 2)[0]).collect(Collectors.toSet());

    assertThat(Misbehaviour.values())
        .extracting(Misbehaviour::name)
        .containsExactlyInAnyOrderElementsOf(named);
  }

  private static int patience(String expected) {
    return expected.contains("timeout") ? 300 : 5_000;
  }

  private static String seen(RawReply reply) {
    if (reply.status() == 0) {
      String head = reply.head().contains("no protocol") ? "garbage" : reply.head();
      return (reply.ending() + " " + head.lines().findFirst().orElse("")).strip();
    }
    String says = reply.says().replaceAll("\\s+", " ");
    String check = ReplyCheck.of(reply, SANDBOX);
    return (reply.status() + " " + says).strip() + " " + check;
  }
}
