package io.staleorders.sandbox;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The switches. What a request meets is the first of: the next of its order's list, what the script
 * says, what everybody meets, what its sub-merchant meets, what its order number's prefix asks for.
 * All can be changed at any time, from any thread.
 */
public final class Faults {
  private final Map<String, Deque<Optional<Misbehaviour>>> lists = new ConcurrentHashMap<>();
  private final Map<String, Misbehaviour> bySubMchid = new ConcurrentHashMap<>();
  private volatile Script script = facts -> Optional.empty();
  private volatile Optional<Misbehaviour> everybody = Optional.empty();
  private volatile boolean outage;
  private volatile boolean mainHostDown;
  private volatile boolean unsignedErrors;
  private volatile Duration replyDelay = Duration.ZERO;
  private volatile Duration clockAhead = Duration.ZERO;

  /**
   * The order's next requests meet these, one each, whatever they ask for; empty means no
   * misbehaviour.
   */
  public void nextReplies(String outTradeNo, List<Optional<Misbehaviour>> next) {
    lists.put(outTradeNo, new ArrayDeque<>(next));
  }

  /** The order's next requests meet these, one each, whatever they ask for. */
  public void nextReplies(String outTradeNo, Misbehaviour... next) {
    nextReplies(outTradeNo, List.of(next).stream().map(Optional::of).toList());
  }

  /** Asked about every request. */
  public void script(Script newScript) {
    this.script = newScript;
  }

  /** Every request meets this; empty for none. */
  public void everybody(Optional<Misbehaviour> misbehaviour) {
    this.everybody = misbehaviour;
  }

  /** Every request of this sub-merchant meets this; empty for none. */
  public void subMerchant(String subMchid, Optional<Misbehaviour> misbehaviour) {
    misbehaviour.ifPresentOrElse(
        found -> bySubMchid.put(subMchid, found), () -> bySubMchid.remove(subMchid));
  }

  /** Every connection to either host is reset as soon as a request has come. */
  public void outage(boolean on) {
    this.outage = on;
  }

  /** The same, but the backup host works. */
  public void mainHostDown(boolean on) {
    this.mainHostDown = on;
  }

  /** Error replies carry no signature, as WeChat Pay's sometimes do not. */
  public void unsignedErrors(boolean on) {
    this.unsignedErrors = on;
  }

  /** Every reply comes so much later. */
  public void replyDelay(Duration delay) {
    this.replyDelay = delay;
  }

  /** WeChat Pay's clock is so much ahead: of Date, of signatures, and when requests are checked. */
  public void clockAhead(Duration ahead) {
    this.clockAhead = ahead;
  }

  /** All as it was at the start. */
  public void clear() {
    lists.clear();
    bySubMchid.clear();
    script = facts -> Optional.empty();
    everybody = Optional.empty();
    outage = false;
    mainHostDown = false;
    unsignedErrors = false;
    replyDelay = Duration.ZERO;
    clockAhead = Duration.ZERO;
  }

  Optional<Misbehaviour> everybody() {
    return everybody;
  }

  Map<String, Misbehaviour> bySubMchid() {
    return new TreeMap<>(bySubMchid);
  }

  boolean outage() {
    return outage;
  }

  boolean mainHostDown() {
    return mainHostDown;
  }

  boolean unsignedErrors() {
    return unsignedErrors;
  }

  Duration replyDelay() {
    return replyDelay;
  }

  Duration clockAhead() {
    return clockAhead;
  }

  boolean isDown(boolean backupHost) {
    return outage || (mainHostDown && !backupHost);
  }

  Optional<Misbehaviour> choose(Facts facts) {
    Optional<Optional<Misbehaviour>> listed = facts.outTradeNo().flatMap(this::nextListed);
    if (listed.isPresent()) {
      return listed.get();
    }
    return script
        .choose(facts)
        .or(() -> everybody)
        .or(() -> facts.subMchid().map(bySubMchid::get))
        .or(() -> byPrefix(facts))
        .filter(found -> found.concerns(facts.operation()));
  }

  private Optional<Optional<Misbehaviour>> nextListed(String outTradeNo) {
    Deque<Optional<Misbehaviour>> list = lists.get(outTradeNo);
    if (list == null) {
      return Optional.empty();
    }
    synchronized (list) {
      return Optional.ofNullable(list.poll());
    }
  }

  private static Optional<Misbehaviour> byPrefix(Facts facts) {
    return facts
        .outTradeNo()
        .flatMap(Prefix::of)
        .filter(prefix -> !prefix.isOver(facts.nth()))
        .map(Prefix::misbehaviour);
  }
}
