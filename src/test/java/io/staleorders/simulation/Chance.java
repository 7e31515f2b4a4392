package io.staleorders.simulation;

import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.simulation.HostileShop.Hostility;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * What happens by chance, from one seed; the same for the same order and the same request of it.
 */
public final class Chance {
  /** What an order's number may begin with; a digit says for how many requests. */
  private static final List<String> KINDS =
      List.of(
          "PAID",
          "REFUND",
          "CLOSED",
          "REVOKED",
          "ABSENT",
          "GHOST",
          "GHOSTPAID",
          "LATE",
          "UNSIGNEDABSENT8");

  /** Kinds that are asked about for a week, and so are rare. */
  private static final List<String> STUBBORN = List.of("PAYERROR", "STAYS");

  /** What a request may meet: whatever the sandbox can do to one, but for the long waits. */
  private static final List<Misbehaviour> TROUBLES =
      List.of(
          Misbehaviour.PARAM_ERROR,
          Misbehaviour.INVALID_REQUEST,
          Misbehaviour.TRADE_ERROR,
          Misbehaviour.UNKNOWN_CODE,
          Misbehaviour.USER_PAYING,
          Misbehaviour.ACCEPTED,
          Misbehaviour.FREQUENCY_LIMITED,
          Misbehaviour.UNSIGNED_ABSENT,
          Misbehaviour.UNSIGNED_CLOSED,
          Misbehaviour.SYSTEM_ERROR,
          Misbehaviour.SERVICE_UNAVAILABLE,
          Misbehaviour.OTHER_ORDER,
          Misbehaviour.OTHER_SUB_MERCHANT,
          Misbehaviour.OTHER_PROVIDER,
          Misbehaviour.ODD_STATE,
          Misbehaviour.NO_STATE,
          Misbehaviour.GATEWAY,
          Misbehaviour.PORTAL,
          Misbehaviour.REDIRECT,
          Misbehaviour.NOT_JSON,
          Misbehaviour.WRONG_TYPES,
          Misbehaviour.EMPTY_BODY,
          Misbehaviour.BAD_UNICODE,
          Misbehaviour.ODD_MESSAGE,
          Misbehaviour.RESET,
          Misbehaviour.RESET_AFTER,
          Misbehaviour.EMPTY,
          Misbehaviour.GARBAGE,
          Misbehaviour.CUT_SHORT,
          Misbehaviour.UNSIGNED,
          Misbehaviour.WRONG_SIGNATURE,
          Misbehaviour.SIGNTEST,
          Misbehaviour.UNKNOWN_SERIAL,
          Misbehaviour.NO_NONCE,
          Misbehaviour.STALE,
          Misbehaviour.OTHER_BODY);

  /** Those that stop a scope or slow all: rare, or nothing else would be seen. */
  private static final List<Misbehaviour> DISASTERS =
      List.of(
          Misbehaviour.SIGN_ERROR,
          Misbehaviour.NO_AUTH,
          Misbehaviour.ACCOUNT_ERROR,
          Misbehaviour.RATELIMIT_EXCEEDED,
          Misbehaviour.HANG_AFTER);

  private static final List<NotFoundRule> RULES =
      List.of(NotFoundRule.AUTO, NotFoundRule.CLOSE, NotFoundRule.KEEP);

  private final long seed;

  public Chance(long seed) {
    this.seed = seed;
  }

  /** Whether nothing is odd about the order itself, so that somebody may pay it. */
  public boolean isPlain(String outTradeNo) {
    return outTradeNo.startsWith("PLAIN");
  }

  /** A number from 0 to 99, by which anything else about an order may be decided. */
  public int percent(String outTradeNo, String what) {
    return of(outTradeNo + " " + what, 0, 4).nextInt(100);
  }

  /** For the course of the simulation itself. */
  Random course() {
    return new Random(seed);
  }

  /** {@code CLOSE_CONFIRM}, which is seldom off. */
  boolean confirms() {
    return seed % 4 != 3;
  }

  /** {@code CLOSE_NOT_FOUND}. */
  NotFoundRule notFoundRule() {
    return RULES.get(Math.floorMod(seed, RULES.size()));
  }

  /** Whether {@code ORDERS_PAID_STATUS} is set. */
  boolean marksPaid() {
    return seed % 2 == 0;
  }

  /** What the shop's row of an order does to the service. */
  Hostility hostility(String outTradeNo) {
    int percent = percent(outTradeNo, "hostile");
    if (percent < 8) {
      return Hostility.REFUSES;
    }
    if (percent < 11) {
      return Hostility.KEEPS_STATUS;
    }
    if (percent < 15) {
      return Hostility.DELETED;
    }
    if (percent < 20) {
      return Hostility.CANCELLED;
    }
    return percent < 24 ? Hostility.LOCKED : Hostility.NONE;
  }

  /** What a row refuses a change with. */
  String sqlState(String outTradeNo) {
    return HostileShop.SQL_STATES.get(
        percent(outTradeNo, "sql state") % HostileShop.SQL_STATES.size());
  }

  /** Whether a row is deleted or cancelled after a round. */
  boolean strikesBetween(String outTradeNo, int round) {
    return percent(outTradeNo, "struck in round") % 12 == round;
  }

  /** Whether a row is deleted or cancelled during a call. */
  boolean strikesDuring(String outTradeNo, int request) {
    return percent(outTradeNo, "struck at request") % 4 + 1 == request;
  }

  /** How old an order is when it comes. */
  int ageInMinutes(int order) {
    return of("age", order, 0).nextInt(1, 60);
  }

  public String kind(int order) {
    Random random = of("kind", order, 0);
    int percent = random.nextInt(100);
    if (percent < 2) {
      return STUBBORN.get(random.nextInt(STUBBORN.size()));
    }
    return percent < 40 ? KINDS.get(random.nextInt(KINDS.size())) : "PLAIN";
  }

  /** Whether the payer pays an order just as a request about it comes. */
  public boolean pays(String outTradeNo, int request) {
    return isPlain(outTradeNo) && of(outTradeNo, request, 1).nextInt(100) < 6;
  }

  /** Whether the shop hears of that payment at once; else it never does. */
  public boolean shopHears(String outTradeNo, int request) {
    return of(outTradeNo, request, 2).nextInt(100) < 70;
  }

  /** Whether the payer begins to pay anew after a round, which moves the order's time on. */
  boolean beginsAnew(String outTradeNo, int round) {
    return of(outTradeNo, round, 4).nextInt(100) < 4;
  }

  /** What a request meets. */
  public Optional<Misbehaviour> trouble(String outTradeNo, int request) {
    Random random = of(outTradeNo, request, 3);
    int percent = random.nextInt(1000);
    if (percent < 4) {
      return Optional.of(DISASTERS.get(random.nextInt(DISASTERS.size())));
    }
    return percent < 300
        ? Optional.of(TROUBLES.get(random.nextInt(TROUBLES.size())))
        : Optional.empty();
  }

  private Random of(String what, int number, int salt) {
    Random random = new Random(seed * 31 + what.hashCode() * 7L + number * 1_000_003L + salt);
    random.nextInt();
    return random;
  }
}
