package io.staleorders.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;

/** {@link SdkCloser} as a process of its own. */
final class SdkProcess implements AutoCloseable {
  private final Process process;
  private final BufferedReader out;
  private final Writer in;

  private SdkProcess(Process process) {
    this.process = process;
    this.out = process.inputReader(UTF_8);
    this.in = process.outputWriter(UTF_8);
  }

  /** Starts one and waits until it is ready. */
  static SdkProcess start(Stage stage, BenchShop shop, int threads, int orders) {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                SdkCloser.class.getName(),
                Integer.toString(threads),
                Integer.toString(orders))
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(stage.wechat().settings());
    builder.environment().putAll(shop.settings());
    try {
      SdkProcess sdk = new SdkProcess(builder.start());
      sdk.awaitLine("ready");
      return sdk;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Lets it close the orders.
   *
   * @return seconds that took
   */
  double closeAll() {
    try {
      in.write("go\n");
      in.flush();
      return Double.parseDouble(awaitLine("[0-9]+\\.[0-9]+"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Duration cpu() {
    return Cpu.of(process.pid());
  }

  /** Others are what its libraries log. */
  private String awaitLine(String form) throws IOException {
    String line = out.readLine();
    while (line != null && !line.matches(form)) {
      line = out.readLine();
    }
    if (line == null) {
      throw new IllegalStateException("the SDK's process ended early");
    }
    return line;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
