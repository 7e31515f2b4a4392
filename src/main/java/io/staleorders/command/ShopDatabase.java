package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Settings;
import io.staleorders.store.Databases;
import io.staleorders.store.OrdersMapping;
import io.staleorders.store.ShopTable;
import io.staleorders.store.ShopTableReader;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The shop's database, found to be as the settings say. */
record ShopDatabase(HikariDataSource pool, ShopTable table) implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ShopDatabase.class);

  /** As the server itself would answer the first statement that writes. */
  private static final String READ_ONLY = "25006";

  /** How the shop's table is looked at. */
  private interface Reader {
    ShopTableReader.Outcome read(Jdbi jdbi, OrdersMapping mapping);
  }

  /**
   * Opens it and looks whether the shop's table and our schema are as they must be.
   *
   * @param migrate whether our schema is brought up to date first
   */
  static Opened<ShopDatabase> open(Settings settings, boolean migrate, String instanceId) {
    return open(settings, migrate, ShopTableReader::read, instanceId);
  }

  /** As {@link #open}, for a command that only reads: no statement is tried. */
  static Opened<ShopDatabase> openToRead(Settings settings, String instanceId) {
    return open(settings, false, ShopTableReader::readCatalogue, instanceId);
  }

  /** As {@link #openToRead}, where our schema need not exist and nothing may be written. */
  static Opened<ShopDatabase> openForDryRun(Settings settings, String instanceId) {
    return open(settings, ShopTableReader::readForDryRun, pool -> List.of(), instanceId);
  }

  private static Opened<ShopDatabase> open(
      Settings settings, boolean migrate, Reader reader, String instanceId) {
    return open(settings, reader, pool -> Pools.schema(pool, migrate), instanceId);
  }

  private static Opened<ShopDatabase> open(
      Settings settings,
      Reader reader,
      Function<HikariDataSource, List<String>> schema,
      String instanceId) {
    HikariDataSource pool = Pools.open(settings.database(), instanceId);
    Opened<ShopDatabase> opened = open(settings, reader, schema, pool);
    if (!(opened instanceof Opened.Ready)) {
      pool.close();
    }
    return opened;
  }

  private static Opened<ShopDatabase> open(
      Settings settings,
      Reader reader,
      Function<HikariDataSource, List<String>> schema,
      HikariDataSource pool) {
    Optional<Opened<ShopDatabase>> unopened = Pools.unopened(pool, settings.database());
    if (unopened.isPresent()) {
      return unopened.get();
    }
    try {
      return switch (reader.read(Databases.jdbi(pool), Mapping.of(settings))) {
        case ShopTableReader.Outcome.Unusable unusable ->
            unusable.mayPass()
                ? new Opened.Unreachable<>(
                    String.join("; ", unusable.problems()), READ_ONLY, Main.WRONG)
                : new Opened.Unusable<>(unusable.problems());
        case ShopTableReader.Outcome.Usable usable -> {
          usable.warnings().forEach(warning -> log.warn("{}", warning));
          List<String> problems = schema.apply(pool);
          yield problems.isEmpty()
              ? new Opened.Ready<>(new ShopDatabase(pool, usable.table()))
              : new Opened.Unusable<>(problems);
        }
      };
    } catch (JdbiException e) {
      return Pools.failed(e);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
