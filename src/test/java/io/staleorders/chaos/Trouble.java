package io.staleorders.chaos;

import io.staleorders.sandbox.Facts;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.Operation;
import io.staleorders.sandbox.Script;
import io.staleorders.simulation.Chance;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** What calls meet by chance, until it is ended. */
final class Trouble implements Script {
  private final Chance chance;
  private final Payers payers;
  private final Map<Misbehaviour.Kind, Integer> met = new EnumMap<>(Misbehaviour.Kind.class);
  private volatile boolean ended;
  private volatile boolean outage;

  Trouble(Chance chance, Payers payers) {
    this.chance = chance;
    this.payers = payers;
  }

  @Override
  public Optional<Misbehaviour> choose(Facts facts) {
    if (ended) {
      return Optional.empty();
    }
    String outTradeNo = facts.outTradeNo().orElseThrow();
    payers.asked(outTradeNo, facts);
    Optional<Misbehaviour> trouble =
        outage ? Optional.of(Misbehaviour.RESET) : chance.trouble(outTradeNo, facts.nth());
    trouble.filter(found -> shows(found, facts)).ifPresent(this::count);
    return trouble;
  }

  /** Whether every connection is reset. */
  void outage(boolean on) {
    outage = on;
  }

  /** From now on all goes well, and nobody pays any more just as a call comes. */
  void end() {
    ended = true;
  }

  /** How many calls met what. */
  Map<Misbehaviour.Kind, Integer> met() {
    synchronized (met) {
      return new EnumMap<>(met);
    }
  }

  /** What it is that calls met, in a line. */
  static String text(Misbehaviour.Kind kind) {
    return switch (kind) {
      case ORDER -> "orders in an odd state";
      case CLOSE -> "close calls refused (400, 403, 202)";
      case QUERY -> "queries answered about another order or merchant, or with an odd state";
      case CALL -> "calls refused (401, 403, 404, 429, 500, 503)";
      case BODY -> "calls answered by something that is not the API's";
      case CONNECTION -> "calls whose connection broke or hung";
      case SIGNATURE -> "calls carried out, but the answer's signature does not hold";
    };
  }

  private static boolean shows(Misbehaviour misbehaviour, Facts facts) {
    return switch (misbehaviour.kind()) {
      case CLOSE -> facts.operation() == Operation.CLOSE;
      case QUERY -> facts.operation() == Operation.QUERY;
      case ORDER, CALL, BODY, CONNECTION, SIGNATURE -> true;
    };
  }

  private void count(Misbehaviour misbehaviour) {
    synchronized (met) {
      met.merge(misbehaviour.kind(), 1, Integer::sum);
    }
  }
}
