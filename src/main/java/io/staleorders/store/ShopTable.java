package io.staleorders.store;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The shop's table as SQL: identifiers quoted, constants cast to their column's type (never the
 * column to the constant's, or the shop's index could not be used).
 *
 * <p>Statements of this package name these parts as {@code <orders>}, {@code <key>} and so on, and
 * the table's alias is always {@code o}.
 */
public final class ShopTable {
  /** Longest text read of an order number or a sub-merchant's; a longer one is malformed anyway. */
  private static final int TEXT_LENGTH = 100;

  private static final Pattern PART = Pattern.compile("<([a-z_]+)>");

  private final OrdersMapping mapping;
  private final ColumnTypes types;
  private final String now;
  private final Optional<String> typesRead;
  private final Map<String, String> parts;

  /**
   * The SQL types of the columns, each qualified, quoted, and that beneath all domains: a domain's
   * own conditions must not fail a comparison.
   *
   * @param createdAtHasZone whether {@code created_at} is {@code timestamptz}
   * @param encoding of the database, as PostgreSQL calls it
   */
  public record ColumnTypes(
      String outTradeNo,
      Comparison status,
      String createdAt,
      boolean createdAtHasZone,
      Comparison filter,
      String encoding) {}

  /**
   * How a column is compared with constants.
   *
   * @param type of the constants
   * @param equality the operator of this very type: by its bare name PostgreSQL takes another
   *     type's while the type's schema is not in {@code search_path}
   * @param cast whether the column is cast too: a domain over an enum has no operators of its own
   */
  record Comparison(String type, String equality, boolean cast) {
    static final Comparison TEXT = new Comparison("pg_catalog.text", "=", false);
  }

  /** The table as {@link ShopTableReader} found it. */
  ShopTable(OrdersMapping mapping, ColumnTypes types) {
    this(mapping, types, "now()", Optional.empty());
  }

  /**
   * The table.
   *
   * @param now SQL expression for the present: PostgreSQL's own, but in tests
   * @param typesRead what {@code <column_types>} was when the types were read
   */
  private ShopTable(
      OrdersMapping mapping, ColumnTypes types, String now, Optional<String> typesRead) {
    this.typesRead = typesRead;
    this.mapping = mapping;
    this.types = types;
    this.now = now;
    this.parts = parts();
  }

  /** The same table, whose present is read from another SQL expression. */
  public ShopTable withNow(String expression) {
    return new ShopTable(mapping, types, expression, typesRead);
  }

  /** The same table, with what {@code <column_types>} was when its types were read. */
  ShopTable withTypesRead(String text) {
    return new ShopTable(mapping, types, now, Optional.of(text));
  }

  /** Whether the columns have the types that the statements are made for. */
  boolean isOfTypes(String typesNow) {
    return typesRead.filter(text -> !text.equals(typesNow)).isEmpty();
  }

  /**
   * A statement with the shop's names in it.
   *
   * @param template with parts in angle brackets
   * @throws IllegalArgumentException if it names a part that does not exist
   */
  String sql(String template) {
    return sql(template, Map.of());
  }

  /** A statement with the shop's names in it, and with further parts of the caller's. */
  String sql(String template, Map<String, String> more) {
    return PART.matcher(template)
        .replaceAll(
            match -> {
              @Nullable String part = more.getOrDefault(match.group(1), parts.get(match.group(1)));
              if (part == null) {
                throw new IllegalArgumentException("no such part: " + match.group());
              }
              return Matcher.quoteReplacement(part);
            });
  }

  private Map<String, String> parts() {
    return Map.ofEntries(
        Map.entry("now", now),
        Map.entry("orders", orders()),
        Map.entry("key", key()),
        Map.entry("key_text", text(key())),
        Map.entry("key_sent", sent(key() + "::text")),
        Map.entry("page_key_sent", sent("key::text")),
        Map.entry(
            "after_key", "CAST(" + received(":after_key") + " AS " + types.outTradeNo() + ")"),
        Map.entry("key_type", types.outTradeNo()),
        Map.entry("key_is_c", keys().is(key(), "c.out_trade_no")),
        Map.entry("key_is_wanted", keys().is(key(), "wanted.out_trade_no")),
        Map.entry("mine_is_c", keys().is("mine.key", "c.out_trade_no")),
        Map.entry("mine_is_wanted", keys().is("mine.key", "wanted.out_trade_no")),
        Map.entry("key_is_old", keys().is(key(), "old.out_trade_no")),
        Map.entry("key_in_wanted", keys().isAny(key(), "CAST(:out_trade_nos AS text[])")),
        Map.entry("sub_mchid", subMchid()),
        Map.entry("status_text", text("o." + SqlText.identifier(mapping.statusColumn()))),
        Map.entry("status", SqlText.identifier(mapping.statusColumn())),
        Map.entry("created_at", createdAt()),
        Map.entry("created_at_type", types.createdAt()),
        Map.entry("created_instant", createdInstant()),
        Map.entry("exact_instant", exactInstant()),
        Map.entry("is_unpaid", statusIn(mapping.unpaidStatuses())),
        Map.entry("is_closed", statusIn(List.of(mapping.closedStatus()))),
        Map.entry("is_paid", mapping.paidStatus().map(s -> statusIn(List.of(s))).orElse("false")),
        Map.entry("closed_status", constant(mapping.closedStatus(), types.status())),
        Map.entry(
            "paid_status",
            mapping.paidStatus().map(s -> constant(s, types.status())).orElse("NULL")),
        Map.entry("is_ours", isOurs()),
        Map.entry("column_types", columnTypes()),
        Map.entry("is_unsettled", unsettled()),
        Map.entry("delay", delay()),
        Map.entry("due_upper_bound", bound(now + " - " + delay(), "+")),
        Map.entry("due_lower_bound", bound(now + " - " + delay(), "-")));
  }

  /** One condition for each unpaid status, so that an index over status and time serves each. */
  List<String> unpaidConditions() {
    return mapping.unpaidStatuses().stream().map(s -> statusIn(List.of(s))).toList();
  }

  /** Whether a status column of another name, of the table behind the view, is unpaid. */
  String unpaidCondition(String column) {
    return in(column, mapping.unpaidStatuses(), types.status());
  }

  /** Whether {@code ORDERS_PAID_STATUS} is set. */
  boolean marksPaid() {
    return mapping.paidStatus().isPresent();
  }

  /** Whether the time of an order has a zone of its own. */
  boolean createdAtHasZone() {
    return types.createdAtHasZone();
  }

  private String delay() {
    return "interval '" + SqlText.interval(mapping.closeDelay()) + "'";
  }

  /**
   * Whether a payment in {@code c} is not to be seen in the shop, nor acknowledged (promise 8): the
   * row is unpaid, closed or gone.
   */
  private String unsettled() {
    return String.format(
        Locale.ROOT,
        """
    c.state = 'PAID' AND c.acknowledged_at IS NULL
                AND NOT EXISTS (SELECT FROM %s o
                                WHERE %s AND %s AND (%s OR %s) IS FALSE)\
    """,
        orders(),
        keys().is(key(), "c.out_trade_no"),
        isOurs(),
        statusIn(mapping.unpaidStatuses()),
        statusIn(List.of(mapping.closedStatus())));
  }

  /** The types of the columns that the statements are made for, in one text. */
  private String columnTypes() {
    String names =
        Stream.of(
                Stream.of(
                    mapping.outTradeNoColumn(), mapping.statusColumn(), mapping.createdAtColumn()),
                mapping.subMchidColumn().stream(),
                mapping.filter().map(OrdersMapping.Filter::column).stream())
            .flatMap(Function.identity())
            .map(SqlText::literal)
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT,
        """
    (SELECT string_agg(a.attname || ' ' || a.atttypid, ', ' ORDER BY a.attname)
              FROM pg_catalog.pg_attribute a
              WHERE a.attrelid = to_regclass(%s) AND NOT a.attisdropped AND a.attname IN (%s))\
    """,
        SqlText.literal(orders()),
        names);
  }

  private String orders() {
    return mapping.schema().map(s -> SqlText.identifier(s) + ".").orElse("")
        + SqlText.identifier(mapping.table());
  }

  private String key() {
    return "o." + SqlText.identifier(mapping.outTradeNoColumn());
  }

  private String createdAt() {
    return "o." + SqlText.identifier(mapping.createdAtColumn());
  }

  private String subMchid() {
    return mapping
        .subMchidColumn()
        .map(column -> "coalesce(" + text("o." + SqlText.identifier(column)) + ", '')")
        .orElseGet(() -> SqlText.literal(mapping.fixedSubMchid().orElse("")) + "::text");
  }

  /**
   * A value of the shop's as text: bounded, and of our collation. By the column's own, a comparison
   * with our number could not use our index, and one that is not deterministic takes no regular
   * expression.
   */
  private String text(String value) {
    String bounded = "left(" + value + "::text, " + TEXT_LENGTH + ")";
    String text = isUtf8() ? bounded : "left(" + sent(bounded) + ", " + TEXT_LENGTH + ")";
    return "(" + text + " COLLATE pg_catalog.\"default\")";
  }

  /**
   * A text of the shop's as it leaves the server, which refuses to send bytes that are no Unicode
   * text; outside UTF-8 a column may hold some. There each byte beyond ASCII is written a backslash
   * and three octal digits: no such text is a number that WeChat Pay takes.
   */
  private String sent(String text) {
    return isUtf8()
        ? text
        : String.format(
            Locale.ROOT,
            "encode(convert_to(%s, %s), 'escape')",
            text,
            SqlText.literal(types.encoding()));
  }

  /** What {@link #sent} gave, as the column holds it. */
  private String received(String parameter) {
    return isUtf8()
        ? parameter
        : String.format(
            Locale.ROOT,
            "convert_from(decode(CAST(%s AS text), 'escape'), %s)",
            parameter,
            SqlText.literal(types.encoding()));
  }

  private boolean isUtf8() {
    return types.encoding().equals("UTF8");
  }

  private KeyComparison keys() {
    return KeyComparison.of(types.outTradeNo());
  }

  /** The moment that the column's value means: exact, but no index serves it. */
  private String createdInstant() {
    return types.createdAtHasZone() ? createdAt() : atZone(createdAt());
  }

  /**
   * The same moment, whatever the column's type is when the statement runs: the shop may change it
   * under a running service, and {@code AT TIME ZONE} means the reverse for the other type.
   */
  private String exactInstant() {
    return String.format(
        Locale.ROOT,
        """
    CASE pg_catalog.pg_typeof(%1$s + interval '0')
                             WHEN 'pg_catalog.timestamptz'::pg_catalog.regtype THEN %1$s::timestamptz
                             ELSE %2$s END\
    """,
        createdAt(),
        atZone(createdAt() + "::timestamp"));
  }

  /** Within the years that any zone's offset leaves in range. */
  private String atZone(String timestamp) {
    return String.format(
        Locale.ROOT,
        "(CASE WHEN %1$s IS NOT NULL THEN least(greatest(%1$s, '0001-01-01'), '9999-12-31') END AT TIME ZONE %2$s)",
        timestamp,
        SqlText.literal(zone()));
  }

  /**
   * A bound for the bare column, so that an index serves it. Without a time zone in the column it
   * is wide enough for any change of daylight saving; the exact condition stands beside it.
   */
  String bound(String instant, String direction) {
    return types.createdAtHasZone()
        ? "(" + instant + ")"
        : String.format(
            Locale.ROOT,
            "(((%s) AT TIME ZONE %s) %s interval '3 hours')",
            instant,
            SqlText.literal(zone()),
            direction);
  }

  private String zone() {
    return mapping.timeZone().getId();
  }

  private String statusIn(List<String> statuses) {
    return in("o." + SqlText.identifier(mapping.statusColumn()), statuses, types.status());
  }

  private String isOurs() {
    return mapping
        .filter()
        .map(f -> in("o." + SqlText.identifier(f.column()), f.values(), types.filter()))
        .orElse("true");
  }

  /** Whether a column has one of these values. */
  static String in(String column, List<String> values, Comparison comparison) {
    String left = (comparison.cast() ? column + "::" + comparison.type() : column) + " ";
    String equality = comparison.equality();
    String first = constant(values.getFirst(), comparison);
    if (values.size() == 1) {
      return left + equality + " " + first;
    }
    String all =
        values.stream().map(v -> constant(v, comparison)).collect(Collectors.joining(", "));
    return equality.equals("=")
        ? left + "IN (" + all + ")"
        : left + equality + " ANY (ARRAY[" + all + "])";
  }

  private static String constant(String value, Comparison comparison) {
    return SqlText.literal(value) + "::" + comparison.type();
  }
}
