package io.staleorders.command;

import io.staleorders.sandbox.Misbehaviour;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SandboxKeys;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs the stand-in for WeChat Pay until the process is told to stop. */
@Command(
    name = "sandbox",
    description = {
      "A stand-in for WeChat Pay: signs, verifies, keeps orders, misbehaves on demand.",
      "An order number never seen before is an unpaid order."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class SandboxCommand implements Callable<Integer> {
  private final CountDownLatch stopped = new CountDownLatch(1);
  private Supplier<PrintWriter> out = () -> new PrintWriter(Writer.nullWriter());
  private Supplier<PrintWriter> err = out;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "8089",
      description = "Port to listen on, 0 for a free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to listen on, 0.0.0.0 for every one. Default: ${DEFAULT-VALUE}.")
  private String bind = "";

  @Option(
      names = "--keys",
      paramLabel = "DIR",
      defaultValue = "${sys:java.io.tmpdir}/stale-order-closer-sandbox",
      description = {
        "Where the keys are: made on first use, readable by this user alone, used again later.",
        "Default: ${DEFAULT-VALUE}."
      })
  private Path keys = Path.of("");

  /** Called by picocli before anything is parsed. */
  @Spec
  void spec(CommandSpec spec) {
    out = () -> spec.commandLine().getOut();
    err = () -> spec.commandLine().getErr();
    spec.usageMessage().footer(help()).width(110);
  }

  @Override
  public Integer call() {
    return StopSignal.during(this::serve, this::stop);
  }

  private int serve() {
    try (Sandbox sandbox =
        Sandbox.start(
            SandboxKeys.in(keys), InstantSource.system(), new InetSocketAddress(bind, port))) {
      sandbox.keys().writeSettings(keys, sandbox.baseUrl()).forEach(out.get()::println);
      out.get().flush();
      stopped.await();
      return Main.DONE;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Main.DONE;
    } catch (IllegalStateException | UncheckedIOException e) {
      err.get().println(e.getMessage());
      return Main.FAILED;
    }
  }

  /** Ends {@link #call}. */
  void stop() {
    stopped.countDown();
  }

  private static String[] help() {
    Stream<String> prefixes =
        Arrays.stream(Misbehaviour.values())
            .map(
                each -> String.format(Locale.ROOT, "  %-22s %s", each.prefix() + "-", each.text()));
    Stream<String> before =
        Stream.of(
            "",
            "It prints the settings that a service needs to use it, and keeps them in",
            "settings.env beside the keys. Orders, switches and their record: GET /sandbox.",
            "",
            "What stands before the first - of an order number asks for trouble, case and",
            "underscores aside; digits limit it to so many requests: HANG2-0001 hangs twice.",
            "");
    return Stream.concat(before, prefixes).toArray(String[]::new);
  }
}
