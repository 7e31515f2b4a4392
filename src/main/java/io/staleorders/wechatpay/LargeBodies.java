package io.staleorders.wechatpay;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limits how many large response bodies are in memory at the same time, whatever {@code
 * CLOSE_CONCURRENCY} is: WeChat Pay sends less than a kilobyte, but a gateway may send anything.
 * Safe for use by many threads.
 */
final class LargeBodies {
  /** Bytes that every response may have. */
  static final int SMALL = 64 * 1024;

  /** Bytes that no response may exceed. */
  static final int MAX = 1024 * 1024;

  private static final int AT_A_TIME = 8;

  private final Semaphore permits = new Semaphore(AT_A_TIME);

  /** Of one response; closed once its body is no longer needed. */
  final class Share implements AutoCloseable {
    private boolean large;

    private Share() {}

    /**
     * Waits until this response may be larger than {@link #SMALL}.
     *
     * @return false if that took longer than {@code atMost}
     */
    boolean grow(Duration atMost) throws InterruptedException {
      large = permits.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
      return large;
    }

    @Override
    public void close() {
      if (large) {
        permits.release();
        large = false;
      }
    }
  }

  Share share() {
    return new Share();
  }
}
