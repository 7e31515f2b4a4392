package io.staleorders.command;

import io.staleorders.store.NamedStore.Standing;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
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
      "Closes these orders now, past retry times and abandonment.",
      "Never one younger than CLOSE_DELAY, and never one of a paused merchant."
    },
    mixinStandardHelpOptions = true,
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
    return ServiceCommand.with(environment, (settings, service) -> run(service));
  }

  private int run(Service service) {
    List<String> numbers = abandoned ? service.named().abandoned(code) : outTradeNos;
    List<String> due = service.named().makeDue(numbers);
    service.sweep().runNamed(due);
    int left = 0;
    for (Standing standing : service.named().standing(numbers)) {
      out.get().println(line(standing));
      if (!SETTLED.contains(standing.state())) {
        left++;
      }
    }
    out.get().printf("%d orders, %d still open%n", numbers.size(), left);
    out.get().flush();
    return left == 0 ? Main.DONE : Main.FAILED;
  }

  private static String line(Standing standing) {
    return "%-32s  %-13s  %s"
        .formatted(
            standing.outTradeNo(),
            standing.state(),
            standing.reason().or(standing::code).orElse(""))
        .stripTrailing();
  }
}
