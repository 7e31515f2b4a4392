package io.staleorders.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.testkit.Acceptance;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.testcontainers.containers.ComposeContainer;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ContainerState;
import org.testcontainers.containers.output.OutputFrame.OutputType;

/** The image, as {@code docker-compose.yml} runs it: two of the service beside the demo's shop. */
@Acceptance
@Tag(WhereDockerAnswers.TAG)
@Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ContainerTest {
  private static final String FILE = "docker-compose.yml";
  private static final String IMAGE = "stale-order-closer";
  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** Orders of {@code db/demo} that are closed at WeChat Pay, or can be. */
  private static final String TO_BE_CLOSED =
      "out_trade_no ~ '^(PLAIN|OTHERSHOP|CLOSED|REVOKED|STAYS2|SYSTEMERROR2|RESET2|SIGNTEST1)-'";

  private static final ComposeContainer compose =
      new ComposeContainer(new File(FILE))
          .withPull(false)
          .withBuild(false)
          .withScaledService("closer", 2);

  @BeforeAll
  static void start() {
    Docker.run("compose", "-f", FILE, "build");
    compose.start();
  }

  @AfterAll
  static void stop() {
    compose.stop();
  }

  @Test
  void twoCopiesCloseTheDemosOrdersAndAreHealthy() throws Exception {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(orders(TO_BE_CLOSED)).isEqualTo(13);
              assertThat(orders(TO_BE_CLOSED + " AND status = 'CLOSED'")).isEqualTo(13);
            });
    assertThat(orders("out_trade_no ~ '^(PAID|REFUND|PAYING|YOUNG|ALIPAY)-' AND status = 'NOTPAY'"))
        .isEqualTo(6);
    for (ContainerState copy : copies()) {
      awaitHealth(copy, "healthy");
      assertThat(copy.getLogs(OutputType.STDERR)).isEmpty();
    }
  }

  @Test
  void runsAsNobodyWithNothingToWriteToAndNoRights() throws Exception {
    ContainerState copy = copies().getFirst();

    assertThat(inspect(copy, "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}"))
        .isEqualTo("true [ALL]");
    assertThat(exec(copy, "cat", "/proc/1/status").getStdout())
        .contains("Name:\tjava")
        .containsPattern("Uid:\t10001\t10001\t10001\t10001\n")
        .containsPattern("CapBnd:\t0{16}\n")
        .containsPattern("NoNewPrivs:\t1\n");
    assertThat(exec(copy, "touch", "/app/file").getStderr()).contains("Read-only file system");
  }

  @Test
  void isUnhealthyWhileTheDatabaseDoesNotAnswer() throws Exception {
    ContainerState copy = copies().getFirst();
    ContainerState database = compose.getContainerByServiceName("database-1").orElseThrow();
    awaitHealth(copy, "healthy");

    Docker.run("pause", database.getContainerId());
    try {
      awaitHealth(copy, "unhealthy");
      assertThat(exec(copy, "stale-order-closer", "health"))
          .satisfies(
              ended -> assertThat(ended.getExitCode()).isEqualTo(1),
              ended -> assertThat(ended.getStdout()).contains("not healthy"));
    } finally {
      Docker.run("unpause", database.getContainerId());
    }

    awaitHealth(copy, "healthy");
  }

  @Test
  void goodHealthIsSeenWithoutAnotherJvm() throws Exception {
    ContainerState copy = copies().getFirst();
    awaitHealth(copy, "healthy");

    ExecResult withoutJava =
        exec(copy, "env", "PATH=/usr/local/bin:/usr/bin:/bin", "stale-order-closer", "health");

    assertThat(withoutJava.getExitCode()).isZero();
  }

  @Test
  void stopsByItselfAndEndsWith0() {
    ContainerState copy = copies().getLast();
    await().atMost(LIMIT).until(() -> copy.getLogs().contains("service_started"));

    Docker.run("stop", "--time", "120", copy.getContainerId());

    assertThat(inspect(copy, "{{.State.ExitCode}}")).isEqualTo("0");
    assertThat(copy.getLogs(OutputType.STDOUT).strip().lines().toList().getLast())
        .contains("service_stopped");
    assertThat(copy.getLogs(OutputType.STDERR)).isEmpty();
    Docker.run("start", copy.getContainerId());
  }

  @Test
  void whatTheJvmLearntWhenTheImageWasMadeIsUsed() throws Exception {
    ExecResult must =
        exec(copies().getFirst(), "env", "JAVA_TOOL_OPTIONS=-XX:AOTMode=on", IMAGE, "--version");

    assertThat(must.getExitCode()).as(must.toString()).isZero();
    assertThat(must.getStdout()).startsWith(IMAGE);
  }

  @Test
  void heapIsHalfOfTheContainersMemory() throws Exception {
    ExecResult flags =
        exec(
            copies().getFirst(),
            "env",
            "JAVA_TOOL_OPTIONS=-XX:+PrintFlagsFinal",
            IMAGE,
            "--version");

    assertThat(flags.getStdout()).containsPattern(" MaxHeapSize += 134217728 ");
  }

  @Test
  void wrongSettingsEndItAtOnceWithOneLine() {
    Docker.Ended ended = Docker.tryTo("run", "--rm", "--read-only", "--cap-drop", "ALL", IMAGE);

    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.out()).hasLineCount(1).contains("settings_invalid", "DATABASE_URL");
    assertThat(ended.err()).isEmpty();
  }

  @Test
  void labelSaysTheVersion() {
    String version =
        Docker.run(
            "inspect",
            "--format",
            "{{index .Config.Labels \"org.opencontainers.image.version\"}}",
            IMAGE);

    assertThat(Docker.run("run", "--rm", IMAGE, "--version")).isEqualTo(IMAGE + " " + version);
  }

  private static List<ContainerState> copies() {
    return List.of(
        compose.getContainerByServiceName("closer-1").orElseThrow(),
        compose.getContainerByServiceName("closer-2").orElseThrow());
  }

  private static void awaitHealth(ContainerState copy, String health) {
    await()
        .atMost(LIMIT)
        .untilAsserted(
            () -> assertThat(inspect(copy, "{{.State.Health.Status}}")).isEqualTo(health));
  }

  private static int orders(String condition) throws Exception {
    ExecResult count =
        exec(
            compose.getContainerByServiceName("database-1").orElseThrow(),
            "psql",
            "-U",
            "shop",
            "-tAc",
            "SELECT count(*) FROM orders WHERE " + condition);
    assertThat(count.getExitCode()).as(count.getStderr()).isZero();
    return Integer.parseInt(count.getStdout().strip());
  }

  private static String inspect(ContainerState container, String format) {
    return Docker.run("inspect", "--format", format, container.getContainerId());
  }

  private static ExecResult exec(ContainerState container, String... words)
      throws IOException, InterruptedException {
    return container.execInContainer(words);
  }
}
