package io.staleorders.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** How old the newest unpaid order is: it shows whether the times are read as they are meant. */
final class NewestOrder {
  private static final String AGE_OF_LAST =
      """
      SELECT floor(extract(epoch FROM <now> - <last>(made_at)))::bigint
      FROM (<last_of_each_status>) AS last
      """;

  private static final String LAST_OF_ONE_STATUS =
      """
      (SELECT <created_instant> AS made_at
       FROM <orders> o
       WHERE <one_status> AND <is_ours>
         AND <created_at> > '-infinity' AND <created_at> < 'infinity'
       ORDER BY <created_at> <direction>
       LIMIT 1)\
      """;

  /** Clocks differ, and a row may be made ahead of the moment that it is meant for. */
  private static final long FUTURE_SECONDS = 60;

  private static final long SUSPICIOUS_SECONDS = 3600;

  private NewestOrder() {}

  /** Warnings about times that look wrong. */
  static List<String> warnings(Jdbi jdbi, ShopTable table, OrdersMapping mapping) {
    OptionalLong age =
        switch (Bounded.query(jdbi, handle -> age(handle, table, "max", "DESC"))) {
          case Bounded.Outcome.Found<OptionalLong> found -> found.value();
          case Bounded.Outcome.Refused<OptionalLong> refused -> OptionalLong.empty();
        };
    String column = "column " + SqlText.identifier(mapping.createdAtColumn());
    String zone = mapping.timeZone().getId();
    boolean hasZone = table.createdAtHasZone();
    if (!hasZone && !mapping.timeZoneIsGiven()) {
      return List.of(
          column
              + " has no time zone and ORDERS_TIME_ZONE is unset: its times are read as "
              + zone
              + (age.isPresent()
                  ? "; the newest unpaid order is then " + Ages.text(age.getAsLong())
                  : "")
              + "; set ORDERS_TIME_ZONE to the zone that the shop writes them in");
    }
    if (age.isEmpty()) {
      return List.of();
    }
    if (age.getAsLong() < -FUTURE_SECONDS) {
      return List.of(
          "the newest unpaid order is "
              + Ages.text(age.getAsLong())
              + (hasZone
                  ? ": a clock is wrong, or " + column + " is not when an order was made"
                  : ", its time read in " + zone + ": ORDERS_TIME_ZONE is wrong, or a clock"));
    }
    if (!hasZone && age.getAsLong() > SUSPICIOUS_SECONDS) {
      return List.of(
          "the newest unpaid order is "
              + Ages.text(age.getAsLong())
              + ", its time read in "
              + zone
              + ": if orders were made since, ORDERS_TIME_ZONE is wrong");
    }
    return List.of();
  }

  /** How old the oldest and the newest unpaid order are, in words; empty if there is none. */
  static Optional<String> ages(Handle handle, ShopTable table) {
    OptionalLong oldest = age(handle, table, "min", "ASC");
    OptionalLong newest = age(handle, table, "max", "DESC");
    return oldest.isEmpty() || newest.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the oldest is "
                + Ages.text(oldest.getAsLong())
                + ", the newest "
                + Ages.text(newest.getAsLong()));
  }

  private static OptionalLong age(Handle handle, ShopTable table, String last, String direction) {
    String lasts =
        table.unpaidConditions().stream()
            .map(
                one ->
                    table.sql(
                        LAST_OF_ONE_STATUS, Map.of("one_status", one, "direction", direction)))
            .collect(Collectors.joining(" UNION ALL "));
    return handle
        .createQuery(table.sql(AGE_OF_LAST, Map.of("last", last, "last_of_each_status", lasts)))
        .mapTo(Long.class)
        .findOne()
        .map(OptionalLong::of)
        .orElseGet(OptionalLong::empty);
  }
}
