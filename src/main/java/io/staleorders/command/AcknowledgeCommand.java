package io.staleorders.command;

import io.staleorders.config.Settings;
import io.staleorders.store.Databases;
import io.staleorders.store.NamedStore;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Takes payments out of the report. */
@Command(
    name = "acknowledge",
    description = {
      "Takes these payments out of the report and the heartbeat: somebody has fulfilled or refunded",
      "the order, and the shop's row does not show it. Calls nobody, and leaves the row alone."
    },
    footer = {
      "",
      "For example:",
      "  acknowledge ORDER-20260301-0042 ORDER-20260301-0043",
      "",
      "Exit codes: 0 all are acknowledged, 1 some are not payments that this service knows, or the",
      "database does not answer, 2 settings or arguments wrong."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class AcknowledgeCommand implements Callable<Integer> {
  private final Environment environment;
  private Supplier<PrintWriter> out = () -> new PrintWriter(Writer.nullWriter());

  @Parameters(paramLabel = "OUT_TRADE_NO", arity = "1..*", description = "Order numbers.")
  private List<String> outTradeNos = List.of();

  AcknowledgeCommand(Environment environment) {
    this.environment = environment;
  }

  /** Called by picocli before anything is parsed. */
  @Spec
  void spec(CommandSpec spec) {
    out = () -> spec.commandLine().getOut();
  }

  @Override
  public Integer call() {
    environment.logFrom(Level.ERROR);
    Optional<Settings> settings = environment.settings();
    if (settings.isEmpty()) {
      return Main.WRONG;
    }
    return switch (ShopDatabase.open(settings.get(), false, "acknowledge")) {
      case Opened.Unusable<ShopDatabase> unusable -> environment.refuse(unusable.problems());
      case Opened.Refused<ShopDatabase> refused -> environment.refuse(refused);
      case Opened.Unreachable<ShopDatabase> away -> ServiceCommand.unreachable(away);
      case Opened.Ready<ShopDatabase> ready -> {
        try (ShopDatabase shop = ready.opened()) {
          yield acknowledge(
              new NamedStore(
                  Databases.jdbi(shop.pool()), shop.table(), settings.get().wechatPay().spMchid()));
        }
      }
    };
  }

  private int acknowledge(NamedStore named) {
    List<String> numbers = List.copyOf(new LinkedHashSet<>(outTradeNos));
    Set<String> acknowledged = Set.copyOf(named.acknowledge(numbers));
    for (String number : numbers) {
      out.get()
          .println(
              number
                  + (acknowledged.contains(number)
                      ? "  acknowledged"
                      : "  not found: no payment of this number is known, see report"));
    }
    out.get().flush();
    return acknowledged.size() == numbers.size() ? Main.DONE : Main.FAILED;
  }
}
