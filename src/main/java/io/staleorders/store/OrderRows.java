package io.staleorders.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;

/**
 * What the shop's table holds, for a person to see whether the settings mean these rows. Each
 * question is given up after a few seconds, and no count goes past a limit.
 */
public final class OrderRows {
  /** Greater numbers are only known to be greater. */
  public static final long MOST_COUNTED = 100_000;

  private static final String COUNT =
      """
      SELECT count(*)
      FROM (SELECT FROM <orders> o WHERE <is_unpaid> AND <is_ours> AND <when> LIMIT <limit>) AS rows
      """;

  private static final String IS_DUE =
      "<created_at> <= <due_upper_bound> AND <created_instant> <= <now> - <delay> AND <key> IS NOT NULL";

  private static final String STATUSES =
      """
      SELECT status, count(*) AS rows
      FROM (SELECT left(<status_text>, 100) AS status,
                   (<is_unpaid> OR <is_closed> OR <is_paid>) IS TRUE AS known
            FROM <orders> o
            WHERE <is_ours>
            LIMIT 10000) AS sample
      WHERE NOT known
      GROUP BY status
      ORDER BY rows DESC, status
      LIMIT 10
      """;

  private static final String MALFORMED =
      """
      SELECT count(*) AS rows,
             count(*) FILTER (WHERE NOT number_fits) AS numbers,
             min(number) FILTER (WHERE NOT number_fits) AS number,
             count(*) FILTER (WHERE NOT merchant_fits) AS merchants,
             min(merchant) FILTER (WHERE NOT merchant_fits) AS merchant
      FROM (SELECT number, merchant,
                   number COLLATE "C" ~ '^[0-9A-Za-z_|*-]{6,32}$' AS number_fits,
                   merchant COLLATE "C" ~ '^[0-9]{1,32}$' AS merchant_fits
            FROM ((SELECT <key_text> AS number, left(<sub_mchid>, 100) AS merchant
                   FROM <orders> o
                   WHERE <is_unpaid> AND <is_ours> AND <due>
                   LIMIT 1000)
                  UNION ALL
                  (SELECT <key_text>, left(<sub_mchid>, 100)
                   FROM <orders> o
                   WHERE <is_unpaid> AND <is_ours> AND <key> IS NOT NULL AND (<due>) IS NOT TRUE
                   LIMIT 1000)) AS sample) AS tested
      """;

  private final Jdbi jdbi;
  private final ShopTable table;
  private final OrdersMapping mapping;
  private final List<String> unanswered = new ArrayList<>();

  private OrderRows(Jdbi jdbi, ShopTable table, OrdersMapping mapping) {
    this.jdbi = jdbi;
    this.table = table;
    this.mapping = mapping;
  }

  /**
   * What was seen.
   *
   * @param unpaid at most one more than {@link #MOST_COUNTED}, like {@code due}
   * @param ages of unpaid orders; empty if there is none
   * @param unknownStatuses those in a sample that the settings do not name
   * @param malformed what in a sample of unpaid rows WeChat Pay would not take
   * @param unanswered why a question has no answer
   */
  public record Seen(
      OptionalLong unpaid,
      OptionalLong due,
      Optional<String> ages,
      List<String> unknownStatuses,
      List<String> malformed,
      List<String> unanswered) {}

  /** Looks at the rows; changes nothing. */
  public static Seen see(Jdbi jdbi, ShopTable table, OrdersMapping mapping) {
    return new OrderRows(jdbi, table, mapping).see();
  }

  private Seen see() {
    Optional<Long> unpaid = ask("how many orders are unpaid", handle -> count(handle, "true"));
    Optional<Long> due = ask("how many orders are due", handle -> count(handle, table.sql(IS_DUE)));
    Optional<String> ages =
        ask("the ages of unpaid orders", handle -> NewestOrder.ages(handle, table))
            .flatMap(text -> text);
    List<String> unknown = ask("which statuses there are", this::unknownStatuses).orElse(List.of());
    List<String> malformed = ask("whether numbers fit", this::malformed).orElse(List.of());
    return new Seen(
        optional(unpaid), optional(due), ages, unknown, malformed, List.copyOf(unanswered));
  }

  private static OptionalLong optional(Optional<Long> number) {
    return number.map(OptionalLong::of).orElseGet(OptionalLong::empty);
  }

  private <T> Optional<T> ask(String question, HandleCallback<T, RuntimeException> query) {
    return switch (Bounded.query(jdbi, query)) {
      case Bounded.Outcome.Found<T> found -> Optional.of(found.value());
      case Bounded.Outcome.Refused<T> refused -> {
        unanswered.add(question + ": " + refused.refusal().inWords());
        yield Optional.empty();
      }
    };
  }

  private long count(Handle handle, String when) {
    return handle
        .createQuery(
            table.sql(COUNT, Map.of("when", when, "limit", Long.toString(MOST_COUNTED + 1))))
        .mapTo(Long.class)
        .one();
  }

  private List<String> unknownStatuses(Handle handle) {
    return handle
        .createQuery(table.sql(STATUSES))
        .map(
            (row, ctx) ->
                Columns.text(row, "status").orElse("NULL") + " (" + row.getLong("rows") + ")")
        .list();
  }

  private List<String> malformed(Handle handle) {
    return handle
        .createQuery(table.sql(MALFORMED, Map.of("due", table.sql(IS_DUE))))
        .map(
            (row, ctx) -> {
              List<String> malformed = new ArrayList<>();
              String of = " of " + row.getLong("rows") + " unpaid rows looked at: ";
              if (row.getLong("numbers") > 0) {
                malformed.add(
                    SqlText.identifier(mapping.outTradeNoColumn())
                        + " is no order number of WeChat Pay (6 to 32 digits, letters, _ - | *) in "
                        + row.getLong("numbers")
                        + of
                        + row.getString("number"));
              }
              if (row.getLong("merchants") > 0) {
                malformed.add(
                    mapping.subMchidColumn().map(SqlText::identifier).orElse("sub_mchid")
                        + " is no merchant number (digits) in "
                        + row.getLong("merchants")
                        + of
                        + (row.getString("merchant").isEmpty()
                            ? "empty"
                            : row.getString("merchant")));
              }
              return malformed;
            })
        .one();
  }
}
