package io.staleorders.command;

import io.staleorders.config.LogSetup;
import io.staleorders.config.NativeText;
import java.io.BufferedOutputStream;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.Security;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParseResult;

/** Where {@code java -jar} begins. Without a command it is {@code run}. */
@Command(
    name = "stale-order-closer",
    description = {
      "Closes unpaid WeChat Pay orders at WeChat Pay, and only then in the shop's database.",
      "Settings are environment variables; README.md lists them."
    },
    footer = {
      "",
      "Everything is printed to standard output, nothing to standard error. What a command answers",
      "is plain text (JSON for report --json); its log is one line an event. LOG_LEVEL=DEBUG shows",
      "stack traces.",
      "",
      "Exit codes: 0 done, 1 failed, 2 settings or arguments wrong."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = HelpCommand.class)
public final class Main implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(Main.class);

  /** Done. */
  static final int DONE = 0;

  /** Failed: the log says why. */
  static final int FAILED = 1;

  /** Settings or arguments are wrong: nothing was done. */
  static final int WRONG = 2;

  /** How long the JVM remembers the address of a host name, in seconds. */
  private static final String ADDRESS_SECONDS = "2";

  /** Of help, in characters. */
  private static final int WIDTH = 110;

  private final RunCommand run;

  private Main(RunCommand run) {
    this.run = run;
  }

  /** Runs the command that the arguments name, and ends the process with its exit code. */
  public static void main(String[] args) {
    // What machines read is written by Locale.ROOT everywhere; libraries go by this one.
    Locale.setDefault(Locale.ROOT);
    prepareConnections();
    // Whatever the locale says of the terminal: what is printed is read by machines.
    System.setOut(
        new PrintStream(
            new BufferedOutputStream(new FileOutputStream(FileDescriptor.out)),
            true,
            StandardCharsets.UTF_8));
    Charset encoding = NativeText.encoding();
    int exitCode =
        execute(
            NativeText.checked(System.getenv(), encoding),
            Stream.of(args).map(arg -> NativeText.checked(arg, encoding)).toArray(String[]::new));
    System.out.flush();
    // System.exit would wait for the shutdown that a signal has begun, which waits for this thread.
    Runtime.getRuntime().halt(exitCode);
  }

  private static void prepareConnections() {
    LogSetup.keepLocalTime();
    // The driver makes the JVM's zone the session's; not every server knows every name of a zone.
    TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    // An address that moves in a failover is looked up again within seconds, not half a minute.
    Security.setProperty("networkaddress.cache.ttl", ADDRESS_SECONDS);
    Security.setProperty("networkaddress.cache.negative.ttl", "1");
  }

  /**
   * Runs a command.
   *
   * @return the exit code
   */
  public static int execute(Map<String, String> variables, String... args) {
    Optional<PrintStream> terminal =
        Optional.ofNullable(System.console())
            .filter(Console::isTerminal)
            .map(console -> System.out);
    return execute(new Environment(variables, terminal, LogSetup::apply), args);
  }

  static int execute(Environment environment, String... args) {
    environment.setUpLog();
    RunCommand run = new RunCommand(environment);
    CommandLine line = new CommandLine(new Main(run));
    line.addSubcommand(run)
        .addSubcommand(new OnceCommand(environment, InstantSource.system()))
        .addSubcommand(new CheckCommand(environment, InstantSource.system()))
        .addSubcommand(new CloseCommand(environment))
        .addSubcommand(new AcknowledgeCommand(environment))
        .addSubcommand(new ReportCommand(environment))
        .addSubcommand(new MigrateCommand(environment))
        .addSubcommand(new HealthCommand(environment))
        .addSubcommand(new SandboxCommand());
    if (Stream.of(args).anyMatch(NativeText::isGarbled)) {
      line.getOut().println("An argument " + NativeText.PROBLEM);
      line.getOut().flush();
      return WRONG;
    }
    // What is set on a command line holds for the commands that it has by then.
    return line.setErr(line.getOut())
        .setUsageHelpWidth(WIDTH)
        .setExecutionExceptionHandler(Main::failed)
        .execute(args);
  }

  /** What no command foresaw: its reason in one line, the stack trace only for LOG_LEVEL=DEBUG. */
  private static int failed(Exception e, CommandLine command, ParseResult arguments) {
    log.error("{} failed: {}", command.getCommandName(), Pools.message(e));
    log.debug("where it failed", e);
    return FAILED;
  }

  @Override
  public Integer call() {
    return run.call();
  }
}
