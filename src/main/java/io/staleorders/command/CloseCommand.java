package io.staleorders.command;

import io.staleorders.config.Durations;
import io.staleorders.config.Settings;
import io.staleorders.store.NamedStore.Standing;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** These orders now. */
@Command(
    name = "close",
    description = {
      "Closes these orders now, past retry times and abandonment, and says what became of each.",
      "Never one younger than CLOSE_DELAY, one that is no longer unpaid, or one of a paused merchant."
    },
    footer = {
      "",
      "For example:",
      "  close ORDER-20260301-0042 ORDER-20260301-0043",
      "  close --abandoned --code EXHAUSTED",
      "",
      "Exit codes: 0 nothing is left to do by this service, 1 some are still open, abandoned, too",
      "young or unknown, 2 settings or arguments wrong."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
public final class CloseCommand implements Callable<Integer> {
  /** States in which nothing is left to do. */
  private static final Set<String> SETTLED =
      Set.of("CLOSED", "PAID", "NOT_FOUND", "SUPERSEDED", "NOT_UNPAID");

  private final Environment environment;
  private Supplier<PrintWriter> out = () -> new PrintWriter(Writer.nullWriter());

  private Optional<CommandSpec> spec = Optional.empty();

  @Parameters(paramLabel = "OUT_TRADE_NO", arity = "0..*", description = "Order numbers.")
  private List<String> outTradeNos = List.of();

  @Option(names = "--abandoned", description = "All abandoned orders, in place of numbers.")
  private boolean abandoned;

  @Option(
      names = "--code",
      paramLabel = "C",
      description = "Of the abandoned, those with this code or reason.")
  private Optional<String> code = Optional.empty();

  CloseCommand(Environment environment) {
    this.environment = environment;
  }

  /** Called by picocli before anything is parsed. */
  @Spec
  void spec(CommandSpec spec) {
    this.spec = Optional.of(spec);
    out = () -> spec.commandLine().getOut();
  }

  @Override
  public Integer call() {
    if (abandoned == !outTradeNos.isEmpty() || (code.isPresent() && !abandoned)) {
      throw new ParameterException(
          spec.orElseThrow().commandLine(),
          "give order numbers, or --abandoned with or without --code");
    }
    environment.logFrom(Level.ERROR);
    return ServiceCommand.with(
        environment,
        (settings, service) ->
            settings.service().dryRun()
                ? environment.refuse(
                    List.of("DRY_RUN=true: close would close; run it with DRY_RUN=false"))
                : run(settings, service));
  }

  private int run(Settings settings, Service service) {
    List<String> numbers =
        abandoned ? service.named().abandoned(code) : List.copyOf(new LinkedHashSet<>(outTradeNos));
    List<String> due = service.named().makeDue(numbers);
    Progress.during(
        environment,
        "closing",
        () -> new Progress.Reached(service.sweep().total().orders(), due.size()),
        () -> service.sweep().runNamed(due));
    int left = 0;
    for (Standing standing : service.named().standing(numbers)) {
      out.get().println(line(standing, settings));
      if (!SETTLED.contains(standing.state())) {
        left++;
      }
    }
    out.get().printf(Locale.ROOT, "%d orders, %d still open%n", numbers.size(), left);
    out.get().flush();
    return left == 0 ? Main.DONE : Main.FAILED;
  }

  private static String line(Standing standing, Settings settings) {
    return String.format(
            Locale.ROOT,
            "%-32s  %-13s  %s",
            standing.outTradeNo(),
            standing.state(),
            meaning(standing, settings))
        .stripTrailing();
  }

  /** In words, and what to do. */
  private static String meaning(Standing standing, Settings settings) {
    String why = standing.reason().or(standing::code).orElse("");
    if (standing.paused() && standing.nextAttemptAt().isPresent()) {
      return "not called: paused, see report";
    }
    return switch (standing.state()) {
      case "CLOSED" -> "closed at WeChat Pay and here";
      case "PAID" ->
          String.format(
              Locale.ROOT,
              "paid at WeChat Pay, transaction %s: fulfil it or refund it",
              standing.transactionId().orElse("unknown"));
      case "NOT_FOUND" -> "not known to WeChat Pay";
      case "SUPERSEDED", "NOT_UNPAID" -> "no longer unpaid in the shop: left alone";
      case "RETRY" ->
          String.format(
              Locale.ROOT,
              "%s, tried again at %s",
              why,
              standing.nextAttemptAt().map(Instant::toString).orElse(""));
      case "TOO_YOUNG" -> "younger than CLOSE_DELAY, " + Durations.text(settings.close().delay());
      case "NO_SUCH_ORDER" -> "not in " + settings.orders().table() + ", or filtered out of it";
      case "CLAIMED" -> "being called about by another copy just now";
      default -> why;
    };
  }
}
