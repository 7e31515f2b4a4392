package io.staleorders.sandbox;

import io.staleorders.sandbox.Effect.Becomes;
import io.staleorders.sandbox.Effect.Breaks;
import io.staleorders.sandbox.Effect.Quirk;
import io.staleorders.sandbox.Effect.Refuses;
import io.staleorders.sandbox.Effect.Sends;
import io.staleorders.sandbox.Effect.Signs;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Everything but the plain case. Each is chosen by the prefix of an order number ({@code
 * PAID-0001}, see {@link Prefix}), or by switch, list or script: see {@link Faults}. Its text says
 * what it does.
 */
public enum Misbehaviour {
  PAID(
      Kind.ORDER, state(OrderState.SUCCESS, Refusal.ORDER_PAID), "paid just before the first call"),
  PAID_FORBIDDEN(
      Kind.ORDER,
      state(OrderState.SUCCESS, error(403, "ORDER_PAID", 268449538)),
      "paid, and refused with 403"),
  PAID_OLD(
      Kind.ORDER,
      state(OrderState.SUCCESS, error(400, "ORDERPAID", 268498689)),
      "paid, code spelled ORDERPAID"),
  PAID_NUMBER(
      Kind.ORDER,
      state(OrderState.SUCCESS, error(400, "INVALID_REQUEST", 268498689)),
      "paid, but only the number of Request-ID says so"),
  REFUND(Kind.ORDER, state(OrderState.REFUND, Refusal.ORDER_PAID), "paid and refunded"),
  CLOSED(Kind.ORDER, state(OrderState.CLOSED, Refusal.ORDER_CLOSED), "closed already"),
  CLOSED_OLD(
      Kind.ORDER,
      state(OrderState.CLOSED, error(400, "ORDERCLOSED", 268447914)),
      "closed already, code spelled ORDERCLOSED"),
  REVOKED(
      Kind.ORDER, state(OrderState.REVOKED, Refusal.ORDER_CLOSED), "reversed: query says REVOKED"),
  PAYING(
      Kind.ORDER,
      state(OrderState.USERPAYING, Refusal.USER_PAYING),
      "the payer is typing the password: 202 USER_PAYING, query says USERPAYING"),
  PAYING_OLD(
      Kind.ORDER,
      state(OrderState.USERPAYING, error(202, "USERPAYING", 268449540)),
      "the same, code spelled USERPAYING"),
  PAYERROR(
      Kind.ORDER,
      state(OrderState.PAYERROR, Refusal.TRADE_ERROR),
      "a payment failed: close 403 TRADE_ERROR, query PAYERROR"),
  ACCEPT(
      Kind.ORDER,
      state(OrderState.ACCEPT, Refusal.TRADE_ERROR),
      "waiting to be charged: close 403 TRADE_ERROR, query ACCEPT"),
  ABSENT(
      Kind.ORDER,
      state(OrderState.ABSENT, Refusal.ORDER_NOT_EXIST),
      "never placed: 404 ORDER_NOT_EXIST"),
  ABSENT_OLD(
      Kind.ORDER,
      state(OrderState.ABSENT, error(404, "ORDERNOTEXIST", 268512771)),
      "never placed, code spelled ORDERNOTEXIST"),

  GHOST(Kind.ORDER, Quirk.GHOST, "never placed, yet close says 204; query says 404"),
  GHOST_PAID(
      Kind.ORDER, Quirk.GHOST_PAID, "never placed, close says 204, and then it is placed and paid"),
  LATE(Kind.ORDER, Quirk.LATE, "not placed until two queries have said so, then unpaid"),
  STAYS(Kind.ORDER, Quirk.STAYS, "close says 204 and does nothing: it stays NOTPAY"),
  CLOSES_AGAIN(Kind.ORDER, Quirk.CLOSES_AGAIN, "closed already, and close says 204 again"),

  PARAM_ERROR(Kind.CLOSE, refuses(400, "PARAM_ERROR", 268435461), "400 to close"),
  INVALID_REQUEST(Kind.CLOSE, refuses(400, "INVALID_REQUEST", 268435462), "400 to close"),
  NEEDS_REVERSE(
      Kind.CLOSE,
      refuses(400, "INVALID_REQUEST", 268449641),
      "400 to close: a payment-code order, can only be reversed"),
  MISMATCH(
      Kind.CLOSE,
      refuses(400, "INVALID_REQUEST", 268447845),
      "400 to close: sub_mchid is not the order's"),
  APPID_MCHID_NOT_MATCH(
      Kind.CLOSE, refuses(400, "APPID_MCHID_NOT_MATCH", 268435463), "400 to close"),
  TRADE_ERROR(Kind.CLOSE, refuses(403, "TRADE_ERROR", 268449543), "403 to close"),
  RULE_LIMIT(Kind.CLOSE, refuses(403, "RULE_LIMIT", 268449544), "403 to close"),
  UNKNOWN_CODE(
      Kind.CLOSE,
      refuses(400, "MERCURY_RETROGRADE", 268400001),
      "400 to close with a code that no page lists"),
  USER_PAYING(
      Kind.CLOSE,
      refuses(202, "USER_PAYING", 268449540),
      "202 to close: try later; query says NOTPAY"),
  ACCEPTED(Kind.CLOSE, refuses(202, "ACCEPTED", 0), "202 to close: not done yet"),

  FREQUENCY_LIMITED(Kind.CALL, refuses(429, "FREQUENCY_LIMITED", 268447841), "429 for this order"),
  FREQUENCY_LIMITED_OLD(
      Kind.CALL,
      refuses(429, "FREQENCY_LIMIT", 268447841),
      "429 for this order, misspelled as on WeChat Pay's pages"),
  RATELIMIT_EXCEEDED(
      Kind.CALL, refuses(429, "RATELIMIT_EXCEEDED", 268447840), "429 for the account"),
  SIGN_ERROR(Kind.CALL, unsigned(401, "SIGN_ERROR", 268443699), "401, unsigned"),
  NO_AUTH(Kind.CALL, refuses(403, "NO_AUTH", 268443701), "403: no acceptance relation"),
  MCH_NOT_EXISTS(Kind.CALL, refuses(400, "MCH_NOT_EXISTS", 268443714), "400: no such merchant"),
  ACCOUNT_ERROR(Kind.CALL, refuses(403, "ACCOUNT_ERROR", 268443715), "403: merchant disabled"),
  UNSIGNED_ABSENT(
      Kind.CALL, unsigned(404, "ORDER_NOT_EXIST", 268512771), "404, but unsigned and not true"),
  UNSIGNED_CLOSED(
      Kind.CALL,
      unsigned(400, "ORDER_CLOSED", 268447914),
      "400 ORDER_CLOSED, but unsigned and not true"),
  SYSTEM_ERROR(Kind.CALL, refuses(500, "SYSTEM_ERROR", 268435457), "500"),
  SERVICE_UNAVAILABLE(Kind.CALL, unsigned(503, "SERVICE_UNAVAILABLE", 268435458), "503, unsigned"),

  OTHER_ORDER(Kind.QUERY, Quirk.OTHER_ORDER, "200 that says CLOSED about another order"),
  OTHER_SUB_MERCHANT(
      Kind.QUERY, Quirk.OTHER_SUB_MERCHANT, "200 that says CLOSED under another sub_mchid"),
  OTHER_PROVIDER(Kind.QUERY, Quirk.OTHER_PROVIDER, "200 that says CLOSED under another sp_mchid"),
  ODD_STATE(Kind.QUERY, Quirk.ODD_STATE, "200 with a trade_state that no page lists"),
  NO_STATE(Kind.QUERY, Quirk.NO_STATE, "200 without a trade_state"),

  GATEWAY(Kind.BODY, sends(Bodies::gatewayPage, Signing.NONE), "502 with an HTML page"),
  PORTAL(Kind.BODY, sends(Bodies::portalPage, Signing.NONE), "200 with somebody else's HTML page"),
  REDIRECT(Kind.BODY, sends(Bodies::redirect, Signing.NONE), "307 to another address"),
  NOT_JSON(Kind.BODY, sends(Bodies::notJson, Signing.RIGHT), "200, signed, not JSON"),
  WRONG_TYPES(
      Kind.BODY, sends(Bodies::wrongTypes, Signing.RIGHT), "200, signed, JSON of other types"),
  EMPTY_BODY(Kind.BODY, sends(Bodies::empty, Signing.RIGHT), "200, signed, no body"),
  BAD_UNICODE(
      Kind.BODY, sends(Bodies::badUnicode, Signing.RIGHT), "200, signed, bytes that are not UTF-8"),
  HUGE(Kind.BODY, sends(Bodies::huge, Signing.RIGHT), "200, signed, ten million bytes"),
  ODD_MESSAGE(
      Kind.BODY,
      sends(Bodies::oddMessage, Signing.RIGHT),
      "400 with a message of 60,000 characters, NUL and line breaks among them"),

  HANG(Kind.CONNECTION, new Breaks(Line.HANGS, false), "no reply for a minute, nothing done"),
  HANG_AFTER(Kind.CONNECTION, new Breaks(Line.HANGS, true), "done, but no reply for a minute"),
  SLOW(
      Kind.CONNECTION, new Breaks(Line.SLOW, true), "done, but the reply comes three seconds late"),
  DRIP(
      Kind.CONNECTION,
      new Breaks(Line.DRIPS, false),
      "a byte a second, for a minute, nothing done"),
  RESET(Kind.CONNECTION, new Breaks(Line.RESET, false), "connection reset, nothing done"),
  RESET_AFTER(Kind.CONNECTION, new Breaks(Line.RESET, true), "done, but the connection is reset"),
  EMPTY(
      Kind.CONNECTION,
      new Breaks(Line.CLOSED, false),
      "connection closed without a byte, nothing done"),
  GARBAGE(
      Kind.CONNECTION, new Breaks(Line.GARBAGE, false), "bytes that are not HTTP, nothing done"),
  CUT_SHORT(Kind.CONNECTION, new Breaks(Line.CUT_SHORT, true), "done, but the body breaks off"),

  UNSIGNED(Kind.SIGNATURE, new Signs(Signing.NONE), "done, reply unsigned"),
  WRONG_SIGNATURE(Kind.SIGNATURE, new Signs(Signing.WRONG), "done, wrong signature"),
  SIGNTEST(Kind.SIGNATURE, new Signs(Signing.SIGNTEST), "done, signature WECHATPAY/SIGNTEST/…"),
  UNKNOWN_SERIAL(
      Kind.SIGNATURE, new Signs(Signing.UNKNOWN_SERIAL), "done, signed by a key that nobody knows"),
  NO_NONCE(Kind.SIGNATURE, new Signs(Signing.NO_NONCE), "done, Wechatpay-Nonce missing"),
  STALE(Kind.SIGNATURE, new Signs(Signing.STALE), "done, signed ten minutes ago"),
  OTHER_BODY(Kind.SIGNATURE, new Signs(Signing.OTHER_BODY), "done, signature of another body");

  /** What a misbehaviour touches. */
  public enum Kind {
    /** What the order is at WeChat Pay; every answer is true, but for a hasty 204. */
    ORDER,
    /** Close calls are refused, with nothing done; queries tell the truth. */
    CLOSE,
    /** Queries answer oddly; close calls work. */
    QUERY,
    /** Close calls and queries are refused, with nothing done. */
    CALL,
    /** Close calls and queries get a body that is not the API's, with nothing done. */
    BODY,
    /** The connection. */
    CONNECTION,
    /** The call is carried out; the reply's signature does not hold. */
    SIGNATURE
  }

  private final Kind kind;

  @SuppressWarnings("ImmutableEnumChecker") // records, and suppliers without state
  private final Effect effect;

  private final String text;

  Misbehaviour(Kind kind, Effect effect, String text) {
    this.kind = kind;
    this.effect = effect;
    this.text = text;
  }

  public Kind kind() {
    return kind;
  }

  /** What it does, in a line. */
  public String text() {
    return text;
  }

  /** The prefix of order numbers that it happens to: the name without underscores. */
  public String prefix() {
    return name().replace("_", "").toUpperCase(Locale.ROOT);
  }

  /** Whether it shows in calls of this operation. */
  boolean concerns(Operation operation) {
    return switch (kind) {
      case ORDER -> operation != Operation.CERTIFICATES;
      case CLOSE -> operation == Operation.CLOSE;
      case QUERY -> operation == Operation.QUERY;
      case CALL, BODY, CONNECTION, SIGNATURE -> true;
    };
  }

  Effect effect() {
    return effect;
  }

  private static Refusal error(int status, String code, long number) {
    return Refusal.of(status, code, number);
  }

  private static Effect state(OrderState state, Refusal onClose) {
    return new Becomes(state, onClose);
  }

  private static Effect refuses(int status, String code, long number) {
    return new Refuses(error(status, code, number), Signing.RIGHT);
  }

  private static Effect unsigned(int status, String code, long number) {
    return new Refuses(error(status, code, number), Signing.NONE);
  }

  private static Effect sends(Supplier<Answer> answer, Signing signing) {
    return new Sends(answer, signing);
  }
}
