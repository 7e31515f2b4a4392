package io.staleorders.store;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/** How old the newest unpaid order is: it shows whether the times are read as they are meant. */
final class NewestOrder {
  private static final String NEWEST =
      """
      SELECT floor(extract(epoch FROM <now> - max(made_at)))::bigint
      FROM (<newest_of_each_status>) AS newest
      """;

  private static final String NEWEST_OF_ONE_STATUS =
      """
      (SELECT <created_instant> AS made_at
       FROM <orders> o
       WHERE <one_status> AND <is_ours> AND <created_at> < 'infinity'
       ORDER BY <created_at> DESC
       LIMIT 1)\
      """;

  /** Clocks differ, and a row may be made ahead of the moment that it is meant for. */
  private static final long FUTURE_SECONDS = 60;

  private static final long SUSPICIOUS_SECONDS = 3600;

  private NewestOrder() {}

  /** Warnings about times that look wrong. */
  static List<String> warnings(Jdbi jdbi, ShopTable table, OrdersMapping mapping) {
    OptionalLong age = ageSeconds(jdbi, table);
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

  /** Empty without an unpaid order, or if it takes too long to find one. */
  static OptionalLong ageSeconds(Jdbi jdbi, ShopTable table) {
    String newest =
        table.unpaidConditions().stream()
            .map(one -> table.sql(NEWEST_OF_ONE_STATUS, Map.of("one_status", one)))
            .collect(Collectors.joining(" UNION ALL "));
    String sql = table.sql(NEWEST, Map.of("newest_of_each_status", newest));
    return switch (Bounded.query(
        jdbi, handle -> handle.createQuery(sql).mapTo(Long.class).findOne())) {
      case Bounded.Outcome.Found<Optional<Long>> found ->
          found.value().map(OptionalLong::of).orElseGet(OptionalLong::empty);
      case Bounded.Outcome.Refused<Optional<Long>> refused -> OptionalLong.empty();
    };
  }
}
