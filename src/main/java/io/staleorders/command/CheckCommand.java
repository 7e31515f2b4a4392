package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Reading;
import io.staleorders.config.Settings;
import io.staleorders.store.Databases;
import io.staleorders.store.RateStore;
import io.staleorders.sweep.CallRate;
import io.staleorders.sweep.DatabaseWatch;
import io.staleorders.wechatpay.CallPermit;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.event.Level;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Whether all is as it must be, before money depends on it. */
@Command(
    name = "check",
    description = {
      "Checks settings, database, columns, rights, rows, indexes, keys and clocks, tries the statements",
      "that mark an order and rolls them back, and makes a signed call to WeChat Pay about an order",
      "that cannot exist. Changes nothing.",
      "Each line: ok, warning or failed, and what to do."
    },
    footer = {
      "",
      "Exit codes: 0 nothing failed (look at the warnings), 1 the database or WeChat Pay does not",
      "answer or refuses, 2 the settings, or the database as they describe it, are wrong: run would",
      "not start."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
public final class CheckCommand implements Callable<Integer> {
  private static final Duration CLOCK_TOLERANCE = Duration.ofSeconds(30);

  private final Environment environment;
  private final InstantSource clock;
  private Supplier<PrintWriter> out = () -> new PrintWriter(Writer.nullWriter());

  CheckCommand(Environment environment, InstantSource clock) {
    this.environment = environment;
    this.clock = clock;
  }

  /** Called by picocli before anything is parsed. */
  @Spec
  void spec(CommandSpec spec) {
    out = () -> spec.commandLine().getOut();
  }

  @Override
  public Integer call() {
    environment.logFrom(Level.ERROR);
    CheckList list = new CheckList();
    switch (environment.read()) {
      case Reading.Invalid<Settings> invalid -> {
        invalid.faults().forEach(fault -> list.wrong("settings", fault.text()));
        invalid.warnings().forEach(warning -> list.warning("settings", warning));
      }
      case Reading.Valid<Settings> valid -> {
        list.ok("settings", "every variable is well formed and none contradicts another");
        valid.warnings().forEach(warning -> list.warning("settings", warning));
        check(valid.settings(), list);
      }
    }
    out.get().print(list.text());
    out.get().flush();
    return list.exitCode();
  }

  private void check(Settings settings, CheckList list) {
    choices(settings, list);
    try (HikariDataSource pool = Pools.open(settings.database(), "check")) {
      boolean rateIsKept = database(settings, pool, list);
      CallPermit permit = rateIsKept ? slots(settings, pool) : () -> true;
      WechatPayCheck.of(settings, clock, permit).run(list);
    }
  }

  private static void choices(Settings settings, CheckList list) {
    if (!settings.close().confirm()) {
      list.warning(
          "CLOSE_CONFIRM",
          "false: a signed 204, which names no order, is enough to mark one closed; that a paid order is never marked closed then rests on TLS as well");
    }
    if (settings.service().dryRun()) {
      list.warning("DRY_RUN", "true: the service asks about orders and closes none");
    }
    if (settings.orders().filter().isEmpty()) {
      list.warning(
          "ORDERS_FILTER_COLUMN",
          "unset: every unpaid row counts as a WeChat Pay order; set it if the table holds other payment channels too");
    }
  }

  private static CallPermit slots(Settings settings, HikariDataSource pool) {
    int rate = settings.close().rate();
    return new CallRate(
            new RateStore(Databases.jdbi(pool), rate),
            rate,
            new DatabaseWatch(() -> {}),
            () -> paused -> {})
        ::take;
  }

  /** Whether our schema is there, so that the call's slot can be taken from the shared rate. */
  private boolean database(Settings settings, HikariDataSource pool, CheckList list) {
    switch (Pools.unopened(pool, settings.database()).orElse(new Opened.Ready<>(pool))) {
      case Opened.Refused<Object> refused -> {
        list.wrong("database", refused.problem());
        return false;
      }
      case Opened.Unreachable<Object> away -> {
        list.failed(
            "database", settings.database().shownUrl() + " does not answer: " + away.message());
        return false;
      }
      case Opened.Ready<Object> ready -> {}
      case Opened.Unusable<Object> unusable -> {}
    }
    list.ok("database", settings.database().shownUrl() + " answers");
    try {
      boolean schemaIsThere = new ShopCheck(settings, pool, list).run();
      databaseClock(Databases.jdbi(pool), list);
      return schemaIsThere;
    } catch (JdbiException e) {
      list.failed("database", Pools.message(e));
      return false;
    }
  }

  private void databaseClock(Jdbi jdbi, CheckList list) {
    Instant before = clock.instant();
    Instant theirs =
        jdbi.withHandle(h -> h.createQuery("SELECT clock_timestamp()").mapTo(Instant.class).one());
    Duration ahead = Duration.between(before, theirs);
    String text =
        String.format(
            Locale.ROOT, "the database's clock is %d s ahead of this machine's", ahead.toSeconds());
    if (ahead.abs().compareTo(CLOCK_TOLERANCE) <= 0) {
      list.ok("clock, database", text);
    } else {
      list.warning("clock, database", text + "; set the one that is wrong by NTP");
    }
  }
}
