package io.staleorders.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A {@link CheapWechat} as a process of its own; it ends with this one. */
public final class CheapWechatProcess implements AutoCloseable {
  private final Process process;
  private final Map<String, String> settings;
  private final HttpClient client = HttpClient.newHttpClient();

  /** What it was asked so far. */
  public record Counts(long closes, long queries) {}

  private CheapWechatProcess(Process process, Map<String, String> settings) {
    this.process = process;
    this.settings = settings;
  }

  /** Starts one, whose replies come after {@code delay}. */
  public static CheapWechatProcess start(Duration delay) {
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--enable-native-access=ALL-UNNAMED",
                  "-Xmx64m",
                  "-XX:+UseSerialGC",
                  "-XX:TieredStopAtLevel=1",
                  "-cp",
                  System.getProperty("java.class.path"),
                  CheapWechat.class.getName(),
                  Long.toString(delay.toMillis()))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String line = process.inputReader(UTF_8).readLine();
      if (line == null) {
        throw new IllegalStateException("the stand-in for WeChat Pay did not start");
      }
      return new CheapWechatProcess(
          process, new ObjectMapper().readValue(line, new TypeReference<>() {}));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How a service has to be set up that uses it. */
  public Map<String, String> settings() {
    return settings;
  }

  public long pid() {
    return process.pid();
  }

  /** What it was asked so far. */
  public Counts counts() {
    String[] numbers = ask("GET", "/counts").split(" ", -1);
    return new Counts(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  /** Every reply comes so much later from now on. */
  public void delay(Duration ofReplies) {
    ask("PUT", "/delay/" + ofReplies.toMillis());
  }

  private String ask(String method, String path) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(settings.get("WECHATPAY_BASE_URL") + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    client.close();
    process.destroyForcibly();
  }
}
