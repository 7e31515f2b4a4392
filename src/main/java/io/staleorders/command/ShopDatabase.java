package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Settings;
import io.staleorders.store.Databases;
import io.staleorders.store.ShopTable;
import io.staleorders.store.ShopTableReader;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.JdbiException;

/** The shop's database, found to be as the settings say. */
record ShopDatabase(HikariDataSource pool, ShopTable table) implements AutoCloseable {
  /**
   * Opens it and looks whether the shop's table and our schema are as they must be.
   *
   * @param migrate whether our schema is brought up to date first
   */
  static Opened<ShopDatabase> open(Settings settings, boolean migrate, String instanceId) {
    HikariDataSource pool = Pools.open(settings.database(), instanceId);
    Opened<ShopDatabase> opened = open(settings, migrate, pool);
    if (!(opened instanceof Opened.Ready)) {
      pool.close();
    }
    return opened;
  }

  private static Opened<ShopDatabase> open(
      Settings settings, boolean migrate, HikariDataSource pool) {
    Optional<String> silent = Pools.unreachable(pool);
    if (silent.isPresent()) {
      return new Opened.Unreachable<>(silent.get());
    }
    try {
      return switch (ShopTableReader.read(Databases.jdbi(pool), Mapping.of(settings))) {
        case ShopTableReader.Outcome.Unusable unusable ->
            new Opened.Unusable<>(unusable.problems());
        case ShopTableReader.Outcome.Usable usable -> {
          List<String> problems = Pools.schema(pool, migrate);
          yield problems.isEmpty()
              ? new Opened.Ready<>(new ShopDatabase(pool, usable.table()))
              : new Opened.Unusable<>(problems);
        }
      };
    } catch (JdbiException e) {
      return new Opened.Unreachable<>(Pools.message(e));
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
