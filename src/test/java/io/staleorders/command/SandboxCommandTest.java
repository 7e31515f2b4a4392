package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.testkit.Fast;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The sandbox from the command line. */
@Fast
class SandboxCommandTest {
  @TempDir private Path keys = Path.of("");

  private final SandboxCommand command = new SandboxCommand();
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private final CommandLine line =
      new CommandLine(command).setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

  @Test
  void runsUntilStoppedAndPrintsTheSettingsForIt() throws Exception {
    CompletableFuture<Integer> exit =
        CompletableFuture.supplyAsync(
            () -> line.execute("--port", "0", "--keys", keys.toString()),
            Thread::startVirtualThread);
    Path settings = keys.resolve("settings.env");
    await().until(() -> out.toString().contains("WECHATPAY_PUBLIC_KEY_FILE="));

    assertThat(out.toString()).isEqualTo(Files.readString(settings));
    String baseUrl = Files.readAllLines(settings).getFirst().replace("WECHATPAY_BASE_URL=", "");
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/sandbox")).build();
      assertThat(client.send(request, BodyHandlers.ofString()).body()).contains("misbehaviours");
    }
    command.stop();
    assertThat(exit.get()).isZero();
  }

  @Test
  void portInUseIsSaidPlainly() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());

      assertThat(line.execute("--port", port, "--keys", keys.toString())).isEqualTo(1);
      assertThat(err.toString()).contains("cannot listen").contains(port).hasLineCount(1);
    }
  }

  @Test
  void helpNamesEveryMisbehaviour() {
    assertThat(line.execute("--help")).isZero();

    for (Misbehaviour each : Misbehaviour.values()) {
      assertThat(out.toString()).contains(each.prefix() + "- ");
    }
  }

  @Test
  void wrongArgumentIsRefused() {
    assertThat(line.execute("--port", "many")).isEqualTo(2);
  }
}
