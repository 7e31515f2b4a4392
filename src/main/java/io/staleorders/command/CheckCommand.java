package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Reading;
import io.staleorders.config.Settings;
import io.staleorders.store.Databases;
import io.staleorders.store.IndexStore;
import io.staleorders.store.RateStore;
import io.staleorders.store.ShopTable;
import io.staleorders.store.ShopTableReader;
import io.staleorders.sweep.CallRate;
import io.staleorders.sweep.DatabaseWatch;
import io.staleorders.wechatpay.CallPermit;
import java.io.PrintWriter;
import java.io.Writer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
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
      "Looks at settings, database, columns, rights, indexes, keys and clocks, and makes a signed call",
      "to WeChat Pay about an order that cannot exist. Changes nothing.",
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
    Optional<String> silent = Pools.unreachable(pool);
    if (silent.isPresent()) {
      list.failed(
          "database",
          String.format(
              Locale.ROOT, "%s does not answer: %s", settings.database().shownUrl(), silent.get()));
      return false;
    }
    list.ok("database", settings.database().shownUrl() + " answers");
    try {
      return database(settings, pool, Databases.jdbi(pool), list);
    } catch (JdbiException e) {
      list.failed("database", Pools.message(e));
      return false;
    }
  }

  private boolean database(Settings settings, HikariDataSource pool, Jdbi jdbi, CheckList list) {
    switch (ShopTableReader.read(jdbi, Mapping.of(settings))) {
      case ShopTableReader.Outcome.Unusable unusable ->
          unusable.problems().forEach(problem -> list.wrong("orders table", problem));
      case ShopTableReader.Outcome.Usable usable -> {
        list.ok(
            "orders table",
            settings.orders().table() + ": columns, types and rights are as needed");
        usable.warnings().forEach(warning -> list.warning("orders table", warning));
        indexes(jdbi, usable.table(), settings, list);
      }
    }
    databaseClock(jdbi, list);
    return schema(settings, pool, list);
  }

  private static boolean schema(Settings settings, HikariDataSource pool, CheckList list) {
    List<String> problems = Pools.schema(pool, false);
    if (problems.isEmpty()) {
      list.ok("schema", "order_closer is up to date");
    } else if (settings.service().migrateOnStart()) {
      list.warning("schema", "order_closer is not up to date; the next start brings it up to date");
    } else {
      problems.forEach(problem -> list.wrong("schema", problem));
    }
    return problems.isEmpty();
  }

  private static void indexes(Jdbi jdbi, ShopTable table, Settings settings, CheckList list) {
    List<IndexStore.Missing> missing = new IndexStore(jdbi, table, Mapping.of(settings)).missing();
    if (missing.isEmpty()) {
      list.ok("indexes", "due orders and order numbers are found by index");
    }
    missing.forEach(
        one ->
            list.warning(
                "indexes",
                String.format(
                    Locale.ROOT, "none serves %s; on a large table, paste:", one.purpose()),
                one.mend()));
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
