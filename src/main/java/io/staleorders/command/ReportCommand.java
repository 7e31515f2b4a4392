package io.staleorders.command;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.staleorders.config.Durations;
import io.staleorders.store.ReportStore.Report;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** What was done, and how things stand. */
@Command(
    name = "report",
    description = "Shows outcomes, lag, what is open, abandoned, paid but unpaid here, paused.",
    mixinStandardHelpOptions = true,
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
    return ServiceCommand.with(
        environment,
        (settings, service) -> {
          Report report = service.report(since);
          out.get().print(json ? json(report) : ReportText.of(report, since));
          out.get().flush();
          return Main.DONE;
        });
  }

  private static String json(Report report) {
    SimpleModule instants = new SimpleModule();
    instants.addSerializer(Instant.class, ToStringSerializer.instance);
    JsonMapper mapper =
        JsonMapper.builder()
            .addModule(instants)
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();
    try {
      return mapper.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the report cannot be written as JSON", e);
    }
  }

  /** As durations among the settings are written. */
  static final class DurationConverter implements ITypeConverter<Duration> {
    @Override
    public Duration convert(String text) {
      Optional<Duration> duration = Durations.read(text);
      return duration.orElseThrow(
          () -> new TypeConversionException("a duration is written as 90s, 15m, 24h or 7d"));
    }
  }
}
