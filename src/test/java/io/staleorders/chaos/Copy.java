package io.staleorders.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.staleorders.order.Event;
import io.staleorders.testkit.ServiceProcess;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/** One process of the service, and what its log must not say. */
final class Copy {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TIME_TO_STOP = Duration.ofSeconds(30);

  /** Events of level ERROR that such a run brings about. */
  private static final Set<String> EXPECTED =
      Set.of(Event.PAUSED.text(), Event.DATABASE_UNAVAILABLE.text(), Event.ORDER_ABANDONED.text());

  private final String name;
  private final String instanceId;
  private final Consumer<String> eachLine;
  private final ConcurrentLinkedQueue<String> complaints = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Instant> thawed = new ConcurrentLinkedQueue<>();
  private Optional<String> lastLine = Optional.empty();
  private boolean databaseSaidAway;
  private volatile boolean working;
  private volatile boolean frozen;
  private volatile boolean endWanted;
  private volatile ServiceProcess process;

  private Copy(
      String name, String instanceId, ServiceSettings settings, Consumer<String> eachLine) {
    this.name = name;
    this.instanceId = instanceId;
    this.eachLine = eachLine;
    this.process =
        ServiceProcess.start(
            settings.of(name, instanceId), settings.jvmOptions(name), "run", this::onLine);
  }

  /**
   * Starts one.
   *
   * @param name unlike any other's
   * @param eachLine told of each line of its log
   */
  static Copy start(
      String name, String instanceId, ServiceSettings settings, Consumer<String> eachLine) {
    return new Copy(name, instanceId, settings, eachLine);
  }

  String name() {
    return name;
  }

  String instanceId() {
    return instanceId;
  }

  /** Whether it has said that it has started, and is not frozen. */
  boolean isWorking() {
    return working && !frozen;
  }

  synchronized void kill() {
    endWanted = true;
    process.kill();
  }

  /** Tells it to stop; whether it did so by itself, in good time even on a slow machine. */
  synchronized boolean stop() {
    endWanted = true;
    return process.stop(TIME_TO_STOP);
  }

  synchronized void freeze() {
    frozen = true;
    process.freeze();
  }

  /** Lets it go on, if it has not been killed meanwhile. */
  synchronized void thaw() {
    if (!endWanted) {
      thawed.add(Instant.now());
      process.thaw();
      frozen = false;
    }
  }

  /** Since when it had not been frozen at a moment. */
  Instant awakeSince(Instant at) {
    return thawed.stream()
        .filter(thaw -> !thaw.isAfter(at))
        .max(Instant::compareTo)
        .orElse(Instant.MIN);
  }

  /** Whether it has ended though nobody wanted it to. */
  boolean hasEndedByItself() throws InterruptedException {
    return !endWanted && !process.isRunningAfter(Duration.ZERO) && !endWanted;
  }

  /** What its log said that it must not. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /**
   * A line is looked at once the next one has come: the last one of a killed process may be cut.
   */
  private void onLine(String line) {
    eachLine.accept(line);
    lastLine.ifPresent(this::judge);
    lastLine = Optional.of(line);
    if (line.contains('"' + Event.SERVICE_STARTED.text() + '"')) {
      working = true;
    }
  }

  private void judge(String line) {
    try {
      JsonNode fields = JSON.readTree(line);
      String event = fields.path("event").asText();
      boolean error = fields.path("level").asText().equals("ERROR");
      if (error && !EXPECTED.contains(event)) {
        complain(line);
      }
      judgeDatabase(event);
    } catch (JsonProcessingException e) {
      complain("not JSON: " + line);
    }
  }

  /** Said once when it goes away, and once when it is back. */
  private void judgeDatabase(String event) {
    boolean away = event.equals(Event.DATABASE_UNAVAILABLE.text());
    boolean back = event.equals(Event.DATABASE_RECOVERED.text());
    if ((away && databaseSaidAway) || (back && !databaseSaidAway)) {
      complain("twice in a row: " + event);
    }
    databaseSaidAway = (databaseSaidAway || away) && !back;
  }

  private void complain(String what) {
    complaints.add("log of %s: %s".formatted(name, what));
  }
}
