package io.staleorders.command;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.staleorders.config.Durations;
import io.staleorders.config.Settings;
import io.staleorders.store.Databases;
import io.staleorders.store.ReportStore;
import io.staleorders.store.ReportStore.Payment;
import io.staleorders.store.ReportStore.Report;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What was done, and how things stand. */
@Command(
    name = "report",
    description = {
      "Shows what was done and how things stand: outcomes, lag, what is open, abandoned, paid at",
      "WeChat Pay but unpaid here, paused. Reads the database alone, and changes nothing."
    },
    footer = {
      "",
      "For example:",
      "  report --since 7d",
      "  report --json | jq .paid_unpaid_here",
      "",
      "Exit codes: 0 reported, 1 the database does not answer, 2 settings or arguments wrong."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
public final class ReportCommand implements Callable<Integer> {
  private final Environment environment;
  private Supplier<PrintWriter> out = () -> new PrintWriter(Writer.nullWriter());

  @Option(
      names = "--since",
      paramLabel = "DURATION",
      defaultValue = "24h",
      converter = DurationConverter.class,
      description = "How far back, as 90s, 15m, 24h or 7d. Default: ${DEFAULT-VALUE}.")
  private Duration since = Duration.ofDays(1);

  @Option(names = "--json", description = "One JSON object, for machines.")
  private boolean json;

  ReportCommand(Environment environment) {
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
    return switch (ShopDatabase.openToRead(settings.get(), "report")) {
      case Opened.Unusable<ShopDatabase> unusable -> environment.refuse(unusable.problems());
      case Opened.Refused<ShopDatabase> refused -> environment.refuse(refused);
      case Opened.Unreachable<ShopDatabase> away -> ServiceCommand.unreachable(away);
      case Opened.Ready<ShopDatabase> ready -> {
        try (ShopDatabase shop = ready.opened()) {
          print(new ReportStore(Databases.jdbi(shop.pool()), shop.table()).report(since));
          yield Main.DONE;
        }
      }
    };
  }

  private void print(Report report) {
    out.get().print(json ? json(report) : ReportText.of(report, since));
    out.get().flush();
  }

  private static String json(Report report) {
    SimpleModule instants = new SimpleModule();
    instants.addSerializer(Instant.class, ToStringSerializer.instance);
    JsonMapper mapper =
        JsonMapper.builder()
            .addModule(instants)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();
    ObjectNode json = mapper.createObjectNode();
    json.set("outcomes", mapper.valueToTree(report.outcomes()));
    json.set("lag_seconds", mapper.valueToTree(report.lag()));
    json.set("open", mapper.valueToTree(report.open()));
    report
        .oldestUnpaid()
        .ifPresentOrElse(
            at -> json.put("oldest_unpaid", at.toString()), () -> json.putNull("oldest_unpaid"));
    json.set("abandoned", mapper.valueToTree(report.abandoned()));
    json.set(
        "paid_unpaid_here",
        mapper.valueToTree(report.unsettled().stream().map(Payment::outTradeNo).toList()));
    report.unsettled().forEach(payment -> json.withArray("unsettled_payments").add(json(payment)));
    json.withArray("unsettled_payments");
    json.set("row_refused", mapper.valueToTree(report.refusedRows()));
    json.set("pauses", mapper.valueToTree(report.pauses()));
    return json.toPrettyString() + "\n";
  }

  private static ObjectNode json(Payment payment) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("out_trade_no", payment.outTradeNo());
    payment.transactionId().ifPresent(id -> json.put("transaction_id", id));
    json.put("trade_state", payment.tradeState());
    payment.paidAt().ifPresent(at -> json.put("paid_at", at.toString()));
    return json;
  }

  /** As durations among the settings are written. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    /** As long as the longest HISTORY_RETENTION: nothing older is kept. */
    private static final Duration LONGEST = Duration.ofDays(3650);

    @Override
    public Duration convert(String text) {
      return Durations.read(text)
          .filter(duration -> duration.compareTo(LONGEST) <= 0)
          .orElseThrow(
              () ->
                  new TypeConversionException(
                      "must be a duration of at most "
                          + Durations.text(LONGEST)
                          + ", written "
                          + Durations.FORMS));
    }
  }
}
