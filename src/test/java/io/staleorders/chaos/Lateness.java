package io.staleorders.chaos;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * How late the sandbox sees requests: on a very busy machine, seconds. Asked all the time by
 * requests of no meaning, which go the same way.
 */
final class Lateness implements AutoCloseable {
  private static final Duration BETWEEN = Duration.ofMillis(100);

  /** What is never called late. */
  private static final Duration USUAL = Duration.ofMillis(500);

  private final URI address;
  private final HttpClient client = HttpClient.newHttpClient();
  private final ConcurrentLinkedQueue<Asked> slow = new ConcurrentLinkedQueue<>();
  private final Thread thread = Thread.ofPlatform().name("lateness").daemon().unstarted(this::run);
  private volatile boolean closed;

  private record Asked(Instant from, Instant until) {
    Duration took() {
      return Duration.between(from, until);
    }
  }

  private Lateness(URI address) {
    this.address = address;
  }

  /** Begins to ask. */
  static Lateness of(String sandboxUrl) {
    Lateness lateness = new Lateness(URI.create(sandboxUrl + "/sandbox/faults"));
    lateness.thread.start();
    return lateness;
  }

  /** By how much a request seen at this moment may have been made earlier. */
  Duration at(Instant moment) {
    return longest(moment, moment);
  }

  /** The longest such time between two moments. */
  Duration longest(Instant from, Instant until) {
    return slow.stream()
        .filter(asked -> !asked.from().isAfter(until))
        .filter(asked -> !asked.until().plus(asked.took()).isBefore(from))
        .map(asked -> asked.took().multipliedBy(2))
        .max(Duration::compareTo)
        .orElse(USUAL);
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }

  private void run() {
    while (!closed) {
      Instant from = Instant.now();
      try {
        client.send(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding());
      } catch (IOException e) {
        // The sandbox is being closed.
      } catch (InterruptedException e) {
        return;
      }
      Asked asked = new Asked(from, Instant.now());
      if (asked.took().multipliedBy(2).compareTo(USUAL) > 0) {
        slow.add(asked);
      }
      LockSupport.parkNanos(BETWEEN.toNanos());
    }
  }
}
