package io.staleorders.chaos;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Which faults come when: all from one seed. */
final class Plan {
  private final Random random;
  private final Size size;
  private final Deque<Fault> next = new ArrayDeque<>();

  /**
   * How much there is of it.
   *
   * @param copies of the service at most times
   * @param faults what is drawn from, all before any comes again
   * @param time how long faults come at least
   * @param kills copies killed by SIGKILL at least
   * @param pause the mean time from the end of one fault to the next
   * @param timeToSettle how long it may take at most until nothing is open, once all goes well
   */
  record Size(
      int copies,
      List<Fault> faults,
      Duration time,
      int kills,
      Duration pause,
      Duration timeToSettle) {

    /** Two copies, every fault once, in about 20 seconds. */
    static Size small() {
      return new Size(
          2,
          Fault.eachOnce(),
          Duration.ofSeconds(20),
          4,
          Duration.ofMillis(1_500),
          Duration.ofMinutes(10));
    }

    /** Four copies, so many kills in so many minutes. */
    static Size large(int minutes, int kills) {
      Duration time = Duration.ofMinutes(minutes);
      List<Fault> faults = Fault.inProportion();
      long killing =
          faults.stream().filter(f -> f == Fault.KILL || f == Fault.TWIN).count()
              + 2 * faults.stream().filter(f -> f == Fault.KILL_ALL).count()
              + faults.stream().filter(f -> f == Fault.FREEZE_PAST_LEASE).count();
      long inAll = Math.max(1, (long) kills * faults.size() / killing);
      // Less than the even share: faults take time themselves.
      Duration pause = time.dividedBy(inAll).multipliedBy(7).dividedBy(10);
      return new Size(4, faults, time, kills, pause, Duration.ofMinutes(15));
    }
  }

  Plan(long seed, Size size) {
    this.random = new Random(seed);
    this.size = size;
  }

  int copies() {
    return size.copies();
  }

  /** Whether enough has been done. */
  boolean isOver(Duration passed, int kills) {
    return passed.compareTo(size.time()) >= 0 && kills >= size.kills() && next.isEmpty();
  }

  Duration timeToSettle() {
    return size.timeToSettle();
  }

  Fault next() {
    if (next.isEmpty()) {
      List<Fault> shuffled = new ArrayList<>(size.faults());
      Collections.shuffle(shuffled, random);
      next.addAll(shuffled);
    }
    return next.removeFirst();
  }

  /** How long nothing is done after a fault. */
  Duration pause() {
    return size.pause().multipliedBy(random.nextInt(20, 180)).dividedBy(100);
  }

  Duration between(int fromMillis, int toMillis) {
    return Duration.ofMillis(random.nextInt(fromMillis, toMillis));
  }

  boolean flip() {
    return random.nextBoolean();
  }

  int below(int bound) {
    return random.nextInt(bound);
  }
}
