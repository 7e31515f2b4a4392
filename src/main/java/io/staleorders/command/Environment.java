package io.staleorders.command;

import static io.staleorders.config.LogFormat.JSON;
import static io.staleorders.config.LogFormat.TEXT;

import io.staleorders.config.Logs;
import io.staleorders.config.Reading;
import io.staleorders.config.Settings;
import io.staleorders.order.Event;
import io.staleorders.wechatpay.PemKeys;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.slf4j.spi.LoggingEventBuilder;

/** The environment variables that a command runs with. */
final class Environment {
  private static final Logger log = LoggerFactory.getLogger(Environment.class);

  private final Map<String, String> variables;
  private final Optional<PrintStream> terminal;
  private final Consumer<Logs> logging;
  private final Stop stop = new Stop();
  private boolean endsByItself;

  /**
   * @param terminal standard output, if a person watches it
   * @param logging makes the process log in a given way from then on
   */
  Environment(
      Map<String, String> variables, Optional<PrintStream> terminal, Consumer<Logs> logging) {
    this.variables = variables;
    this.terminal = terminal;
    this.logging = logging;
  }

  /** The stop of the command that runs with this environment. */
  Stop stop() {
    return stop;
  }

  /** Sets the log up as the environment says, even where other settings are wrong. */
  void setUpLog() {
    logging.accept(Logs.of(variables));
  }

  /**
   * For commands that end by themselves: on a terminal the log is for people, unless LOG_FORMAT
   * says otherwise.
   *
   * @param least level that is still logged, so that the log does not drown a command's answer; all
   *     of it for LOG_LEVEL=DEBUG
   */
  void logFrom(Level least) {
    endsByItself = true;
    Logs logs = Logs.of(variables);
    boolean all = logs.level() == Level.DEBUG || logs.level().toInt() >= least.toInt();
    logging.accept(new Logs(isForPeople() ? TEXT : JSON, all ? logs.level() : least));
  }

  /** Whether a command's answer and its log are for people, not for machines. */
  boolean isForPeople() {
    return (endsByItself && isTerminalWithoutFormat()) || Logs.of(variables).format() == TEXT;
  }

  /** The terminal, if a line can be drawn there again and again. */
  Optional<PrintStream> progressBar() {
    return terminal.filter(
        watched -> isTerminalWithoutFormat() || Logs.of(variables).format() == TEXT);
  }

  private boolean isTerminalWithoutFormat() {
    return terminal.isPresent() && variables.getOrDefault("LOG_FORMAT", "").isBlank();
  }

  /** Says that the database is not as the settings say; the exit code for it. */
  int refuse(List<String> problems) {
    if (isForPeople()) {
      problems.forEach(problem -> Event.SETTINGS_INVALID.on(log).log(problem));
    } else {
      Event.SETTINGS_INVALID
          .on(log)
          .addKeyValue("problems", problems)
          .log("the database is not as the settings say; nothing was touched");
    }
    return Main.WRONG;
  }

  /** Says that the server refuses the login; the exit code for it. */
  int refuse(Opened.Refused<?> refused) {
    LoggingEventBuilder line =
        Event.SETTINGS_INVALID.on(log).addKeyValue("sql_state", refused.sqlState());
    if (isForPeople()) {
      line.log(refused.problem());
    } else {
      line.addKeyValue("problems", List.of(refused.problem()))
          .log("the database refused the login; nothing was touched");
    }
    return Main.WRONG;
  }

  /** All settings, or what is wrong with them. */
  Reading<Settings> read() {
    return Settings.read(
        variables,
        new Settings.KeyReaders(PemKeys::merchantPrivateKey, PemKeys::wechatPayPublicKey));
  }

  /** All settings; empty once what is wrong with them has been logged. */
  Optional<Settings> settings() {
    return valid(read());
  }

  /** The database's settings alone; empty once what is wrong with them has been logged. */
  Optional<Settings.Database> database() {
    return valid(Settings.readDatabase(variables));
  }

  /** The health check's settings alone; empty once what is wrong with them has been logged. */
  Optional<Settings.Health> health() {
    return valid(Settings.readHealth(variables));
  }

  private <T> Optional<T> valid(Reading<T> reading) {
    reading.warnings().forEach(warning -> log.warn("{}", warning));
    return switch (reading) {
      case Reading.Valid<T> valid -> Optional.of(valid.settings());
      case Reading.Invalid<T> invalid -> {
        invalid.log(log, isForPeople() ? TEXT : JSON);
        yield Optional.empty();
      }
    };
  }
}
