package io.staleorders.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports for servers that stop and start again, and for none at all. */
public final class Ports {
  /** Below the range that Linux gives clients their ports from. */
  private static final int LOWEST = 15_000;

  private static final int HIGHEST = 30_000;

  private Ports() {}

  /** A port that nobody listens on, and that no client is given meanwhile. */
  public static int free() {
    for (; ; ) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      try (ServerSocket listener = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
        return listener.getLocalPort();
      } catch (IOException e) {
        // Taken: the next one.
      }
    }
  }
}
