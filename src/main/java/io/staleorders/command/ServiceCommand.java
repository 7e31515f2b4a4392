package io.staleorders.command;

import io.staleorders.config.Settings;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToIntBiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What commands have in common that do one thing with the whole service and end. */
final class ServiceCommand {
  private static final Logger log = LoggerFactory.getLogger(ServiceCommand.class);

  private ServiceCommand() {}

  /**
   * Opens the service, does {@code work}, and closes it. A stop that is requested meanwhile ends
   * the service's part of the work first.
   *
   * @param work gives the exit code
   * @return the exit code; {@link Main#FAILED} if a stop came before the work began, or cut it off
   */
  static int with(Environment environment, ToIntBiFunction<Settings, Service> work) {
    return with(environment, settings -> false, work);
  }

  /**
   * As {@link #with(Environment, ToIntBiFunction)}.
   *
   * @param isDry whether it is for a dry run
   */
  static int with(
      Environment environment, Predicate<Settings> isDry, ToIntBiFunction<Settings, Service> work) {
    Stop stop = environment.stop();
    return StopSignal.during(stop, () -> with(environment, stop, isDry, work), Main.FAILED);
  }

  private static int with(
      Environment environment,
      Stop stop,
      Predicate<Settings> isDry,
      ToIntBiFunction<Settings, Service> work) {
    Optional<Settings> settings = environment.settings();
    if (settings.isEmpty()) {
      return Main.WRONG;
    }
    stop.grace(settings.get().service().shutdownGrace());
    return switch (Service.open(settings.get(), isDry.test(settings.get()), () -> {})) {
      case Opened.Unusable<Service> unusable -> environment.refuse(unusable.problems());
      case Opened.Refused<Service> refused -> environment.refuse(refused);
      case Opened.Unreachable<Service> away ->
          away.exitCode() == Main.WRONG
              ? environment.refuse(List.of(away.message()))
              : unreachable(away);
      case Opened.Ready<Service> ready -> {
        Service service = ready.opened();
        try {
          stop.whenBegun(service::stop);
          if (stop.isRequested()) {
            log.warn("stopped before anything was done");
            yield Main.FAILED;
          }
          service.refreshCertificates();
          yield work.applyAsInt(settings.get(), service);
        } finally {
          service.close(stop.deadline());
        }
      }
    };
  }

  /** Says that the database does not answer; the exit code for it. */
  static int unreachable(Opened.Unreachable<?> away) {
    log.atError()
        .addKeyValue("sql_state", away.sqlState())
        .log("the database does not answer: {}", away.message());
    return Main.FAILED;
  }
}
