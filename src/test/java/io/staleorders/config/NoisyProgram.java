package io.staleorders.config;

import io.staleorders.order.Event;
import java.util.Map;
import org.slf4j.LoggerFactory;

/** Logs in every way there is, for {@link LogSetupTest}, in a process of its own. */
final class NoisyProgram {
  private NoisyProgram() {}

  public static void main(String[] args) throws InterruptedException {
    LogSetup.apply(Logs.of(Map.of("LOG_FORMAT", args[0], "LOG_LEVEL", args[1])));
    Event.SERVICE_STARTED.on(LoggerFactory.getLogger(NoisyProgram.class)).log("ours");
    LoggerFactory.getLogger("com.example.library").info("library information");
    LoggerFactory.getLogger("com.example.library").warn("library warning");
    java.util.logging.Logger.getLogger("okhttp3.OkHttpClient").info("java information");
    java.util.logging.Logger.getLogger("okhttp3.OkHttpClient").warning("java warning");
    failIn(Thread.ofPlatform().name("platform"));
    failIn(Thread.ofVirtual().name("virtual"));
  }

  private static void failIn(Thread.Builder thread) throws InterruptedException {
    thread
        .start(
            () -> {
              throw new IllegalStateException("uncaught");
            })
        .join();
  }
}
