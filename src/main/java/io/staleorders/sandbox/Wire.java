package io.staleorders.sandbox;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.NetworkChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.EofException;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;

/**
 * Does to a connection what replies never do: nothing, reset, garbage. Each waits on its thread.
 */
final class Wire {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final Duration SLOW = Duration.ofSeconds(3);

  /** Open for as long as the sandbox runs. */
  private final CountDownLatch stopped = new CountDownLatch(1);

  /** Ends all waiting. */
  void stop() {
    stopped.countDown();
  }

  /** Waits, unless the sandbox is stopped meanwhile. */
  @SuppressWarnings("ReturnValueIgnored") // either way the wait is over
  void pause(Duration duration) {
    try {
      stopped.await(duration.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  void slowDown() {
    pause(SLOW);
  }

  /** Breaks the connection in the way that {@code line} names; no reply is sent. */
  void breakOff(Line line, Request request, Callback callback) {
    EndPoint endPoint = request.getConnectionMetaData().getConnection().getEndPoint();
    try {
      switch (line) {
        case HANGS -> pause(PATIENCE);
        case DRIPS -> drip(endPoint);
        case RESET ->
            ((NetworkChannel) endPoint.getTransport())
                .setOption(StandardSocketOptions.SO_LINGER, 0);
        case GARBAGE -> write(endPoint, "\u0000\u0001 no protocol at all \r\n\r\n");
        case CUT_SHORT ->
            write(
                endPoint,
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{\"trade_state\"");
        case CLOSED, SENT, SLOW -> {}
      }
    } catch (IOException e) {
      // The client has gone first.
    }
    endPoint.close();
    callback.failed(new EofException("broken off on purpose"));
  }

  private void drip(EndPoint endPoint) throws IOException {
    String head =
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Padding: " + "x".repeat(60);
    for (int i = 0; i < PATIENCE.toSeconds() && stopped.getCount() > 0; i++) {
      write(endPoint, head.substring(i, i + 1));
      pause(Duration.ofSeconds(1));
    }
  }

  private static void write(EndPoint endPoint, String text) throws IOException {
    try (Blocker.Callback written = Blocker.callback()) {
      endPoint.write(written, ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
      written.block();
    }
  }
}
