package io.staleorders.chaos;

import io.staleorders.sandbox.Facts;
import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.Operation;
import io.staleorders.sandbox.Script;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every call about an order, as WeChat Pay sees it: when it came, and by whom. */
final class SeenCalls implements Script {
  private final Script then;
  private final List<Call> calls = new ArrayList<>();

  /**
   * @param then says what each call meets
   */
  SeenCalls(Script then) {
    this.then = then;
  }

  /**
   * A call about an order.
   *
   * @param by the name of the copy that made it
   */
  record Call(Instant at, String outTradeNo, Operation operation, String by) {}

  @Override
  public Optional<Misbehaviour> choose(Facts facts) {
    String by = facts.host().substring(0, facts.host().indexOf(':'));
    synchronized (calls) {
      calls.add(new Call(Instant.now(), facts.outTradeNo().orElseThrow(), facts.operation(), by));
    }
    return then.choose(facts);
  }

  /** All calls, in the order they came. */
  List<Call> all() {
    synchronized (calls) {
      return List.copyOf(calls);
    }
  }

  /** All calls of one copy, in the order they came. */
  List<Call> by(String name) {
    return all().stream().filter(call -> call.by().equals(name)).toList();
  }
}
