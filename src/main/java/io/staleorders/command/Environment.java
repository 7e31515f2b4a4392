package io.staleorders.command;

import io.staleorders.config.LogSetup;
import io.staleorders.config.Logs;
import io.staleorders.config.Reading;
import io.staleorders.config.Settings;
import io.staleorders.wechatpay.PemKeys;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The environment variables that a command runs with. */
final class Environment {
  private static final Logger log = LoggerFactory.getLogger(Environment.class);

  private final Map<String, String> variables;

  Environment(Map<String, String> variables) {
    this.variables = variables;
  }

  /** Sets the log up as the environment says, even where other settings are wrong. */
  void setUpLog() {
    LogSetup.apply(Logs.of(variables));
  }

  /** All settings; empty once what is wrong with them has been logged. */
  Optional<Settings> settings() {
    return valid(
        Settings.read(
            variables,
            new Settings.KeyReaders(PemKeys::merchantPrivateKey, PemKeys::wechatPayPublicKey)));
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
        invalid.log(log, Logs.of(variables).format());
        yield Optional.empty();
      }
    };
  }
}
