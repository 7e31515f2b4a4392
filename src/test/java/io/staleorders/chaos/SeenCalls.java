package io.staleorders.chaos;

import io.staleorders.sandbox.Facts;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.Operation;
import io.staleorders.sandbox.Script;
import io.staleorders.simulation.Chance;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** WeChat Pay's side: every call that comes, by whom, and what it meets. */
final class SeenCalls implements Script {
  private final Chance chance;
  private final Payers payers;
  private final List<Call> calls = new ArrayList<>();
  private final Map<Misbehaviour.Kind, Integer> met = new EnumMap<>(Misbehaviour.Kind.class);
  private volatile boolean misbehaving = true;
  private volatile boolean outage;

  SeenCalls(Chance chance, Payers payers) {
    this.chance = chance;
    this.payers = payers;
  }

  /**
   * A call about an order.
   *
   * @param by the name of the copy that made it
   */
  record Call(Instant at, String outTradeNo, Operation operation, String by) {}

  @Override
  public Optional<Misbehaviour> choose(Facts facts) {
    Instant at = Instant.now();
    String outTradeNo = facts.outTradeNo().orElseThrow();
    String by = facts.host().substring(0, facts.host().indexOf(':'));
    synchronized (calls) {
      calls.add(new Call(at, outTradeNo, facts.operation(), by));
    }
    if (!misbehaving) {
      return Optional.empty();
    }
    payers.asked(outTradeNo, facts);
    Optional<Misbehaviour> trouble =
        outage
            ? Optional.of(Misbehaviour.RESET)
            : chance.trouble(outTradeNo, facts.nth());
    trouble.filter(found -> shows(found, facts)).ifPresent(this::count);
    return trouble;
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

  /** Whether every connection is reset. */
  void outage(boolean on) {
    outage = on;
  }

  /** From now on all goes well, and nobody pays any more. */
  void calm() {
    misbehaving = false;
  }

  /** All calls, in the order they came. */
  List<Call> all() {
    synchronized (calls) {
      return List.copyOf(calls);
    }
  }

  /** How many calls met what. */
  Map<Misbehaviour.Kind, Integer> met() {
    synchronized (met) {
      return new EnumMap<>(met);
    }
  }
}
