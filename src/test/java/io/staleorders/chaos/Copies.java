package io.staleorders.chaos;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The copies that share the work, and what is done to them. */
final class Copies implements AutoCloseable {
  /** How long at most a fault waits for copies to come up, so that it hits one at work. */
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final ServiceSettings settings;
  private final Plan plan;
  private final Tally tally;
  private final PrintWriter log;
  private final List<Copy> members = new ArrayList<>();
  private final Map<String, Copy> all = new LinkedHashMap<>();
  private final ConcurrentLinkedQueue<CompletableFuture<Void>> later =
      new ConcurrentLinkedQueue<>();
  private int started;

  /**
   * @param logFile where every line of every copy's log goes
   */
  Copies(ServiceSettings settings, Plan plan, Tally tally, Path logFile) {
    this.settings = settings;
    this.plan = plan;
    this.tally = tally;
    try {
      this.log = new PrintWriter(Files.newBufferedWriter(logFile), true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = 1; i <= plan.copies(); i++) {
      members.add(start("copy-" + i));
    }
  }

  /** Kills one, mostly one that works already. */
  synchronized void kill() {
    kill(plan.below(8) == 0 ? any() : anyThatWorks());
  }

  synchronized void killAll() {
    List.copyOf(members).forEach(this::kill);
  }

  /** Freezes one for less than a lease. */
  synchronized void freeze() {
    Copy copy = anyThatWorks();
    copy.freeze();
    later(plan.between(1_000, 3_000), copy::thaw);
  }

  /** Freezes one past its leases while another takes its place; some seconds later it dies. */
  synchronized void freezePastLease() {
    Copy copy = anyThatWorks();
    copy.freeze();
    members.remove(copy);
    boolean sameId = tally.count("of these, replaced under the same INSTANCE_ID", plan.flip());
    members.add(start(sameId ? copy.instanceId() : copy.instanceId() + "-next"));
    Duration past = ServiceSettings.LEASE.plus(plan.between(500, 2_500));
    later(past, copy::thaw);
    later(past.plus(plan.between(3_000, 5_000)), () -> bury(copy));
  }

  synchronized void twin() {
    Copy twin = start(any().instanceId());
    later(plan.between(6_000, 10_000), () -> bury(twin));
  }

  /** As in a rolling restart. */
  synchronized void replace() {
    Copy old = anyThatWorks();
    members.remove(old);
    members.add(start(old.instanceId()));
    later(plan.between(1_500, 3_000), () -> stop(old));
  }

  /** What no copy may do, at this moment. */
  synchronized List<String> complaints() throws InterruptedException {
    List<String> complaints = new ArrayList<>();
    for (Copy copy : List.copyOf(all.values())) {
      if (copy.hasEndedByItself()) {
        complaints.add(copy.name() + " ended by itself");
        copy.kill();
        if (members.remove(copy)) {
          members.add(start(copy.instanceId()));
        }
      }
    }
    return complaints;
  }

  /** Waits until what is to happen to them later has happened. */
  void finish() {
    while (!later.isEmpty()) {
      later.remove().join();
    }
  }

  /** Stops all in good order. */
  synchronized void stopAll() {
    List.copyOf(members).forEach(this::stop);
    members.clear();
  }

  /** What the logs said that they must not. */
  synchronized List<String> logComplaints() {
    return all.values().stream().flatMap(copy -> copy.complaints().stream()).toList();
  }

  /** Since when a copy, by its name, had not been frozen at a moment. */
  synchronized Instant awakeSince(String name, Instant at) {
    return Objects.requireNonNull(all.get(name)).awakeSince(at);
  }

  @Override
  public synchronized void close() {
    all.values().forEach(Copy::kill);
    log.close();
  }

  private Copy start(String instanceId) {
    String name = "process-" + ++started;
    Copy copy = Copy.start(name, instanceId, settings, line -> log.println(name + " " + line));
    all.put(name, copy);
    tally.count("copies started");
    return copy;
  }

  /** Another takes its place. */
  private void kill(Copy copy) {
    members.remove(copy);
    bury(copy);
    members.add(start(copy.instanceId()));
  }

  private void bury(Copy copy) {
    tally.kill(copy.isWorking());
    copy.kill();
  }

  private void stop(Copy copy) {
    if (!copy.stop()) {
      tally.count("copies that did not stop within 30 s of SIGTERM, and were killed");
    }
  }

  private Copy any() {
    return members.get(plan.below(members.size()));
  }

  /** One at work, while another is too. */
  private Copy anyThatWorks() {
    long begun = System.nanoTime();
    List<Copy> working = working();
    while (working.size() < 2 && System.nanoTime() - begun < PATIENCE.toNanos()) {
      LockSupport.parkNanos(Duration.ofMillis(100).toNanos());
      working = working();
    }
    return working.isEmpty() ? any() : working.get(plan.below(working.size()));
  }

  private List<Copy> working() {
    return members.stream().filter(Copy::isWorking).toList();
  }

  private void later(Duration wait, Runnable what) {
    Executor then = CompletableFuture.delayedExecutor(wait.toMillis(), TimeUnit.MILLISECONDS);
    later.add(CompletableFuture.runAsync(what, then));
  }
}
