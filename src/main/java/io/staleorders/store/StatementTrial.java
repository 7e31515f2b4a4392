package io.staleorders.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Tries the statements that lock and mark an order, each in a transaction that is rolled back:
 * first on no row, then on unpaid rows of the shop, due ones first, until one takes every status.
 * What the shop's triggers do outside of the transaction cannot be taken back.
 */
final class StatementTrial {
  /** Most rows tried, of the due ones and of the others, before it counts that all refuse. */
  private static final int ROWS = 20;

  /** Rows that take too long, after which no more are tried. */
  private static final int SLOW_ROWS = 2;

  private static final String CANDIDATES =
      """
      SELECT <key_text>
      FROM <orders> o
      WHERE <is_unpaid> AND <is_ours> AND <key> IS NOT NULL AND <when>
      LIMIT <rows>
      """;

  private static final String DUE =
      "<created_at> <= <due_upper_bound> AND <created_instant> <= <now> - <delay>";

  private static final String UNPAID_ROW =
      """
      SELECT 1
      FROM <orders> o
      WHERE <key> = ANY (CAST(:out_trade_nos AS text[])::<key_type>[])
        AND (<is_unpaid>) IS TRUE AND <is_ours>
      """;

  private static final String AFTERWARDS =
      """
      SELECT count(*) FILTER (WHERE (<is_unpaid>) IS TRUE) AS unpaid,
             count(*) FILTER (WHERE (<is_marked>) IS TRUE) AS marked,
             count(*) AS rows,
             min(left(<status_text>, 100)) FILTER (WHERE (<is_marked>) IS NOT TRUE) AS other
      FROM <orders> o
      WHERE <key> = ANY (CAST(:out_trade_nos AS text[])::<key_type>[]) AND <is_ours>
      """;

  private final Jdbi jdbi;
  private final ShopTable table;
  private final OrdersMapping mapping;
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private int slow;
  private boolean isReadable = true;

  /** Fails where our schema is not there yet. */
  private static final String CLOSED_LATELY =
      """
      SELECT EXISTS (SELECT FROM order_closer.order_close c
                     WHERE c.state = 'CLOSED' AND c.resolved_at > now() - interval '1 day')
      """;

  /**
   * What was found.
   *
   * @param problems what no row can do
   * @param warnings what some rows cannot do, or could not be tried
   */
  record Result(List<String> problems, List<String> warnings) {}

  /** How a row took the statements. */
  private sealed interface RowOutcome {
    record Taken() implements RowOutcome {}

    /** The shop holds it, or it is not unpaid any more. */
    record Passed() implements RowOutcome {}

    record Slow(String what) implements RowOutcome {}

    record Refused(String why) implements RowOutcome {}
  }

  /** A status that the service may write. */
  private record Mark(String setting, String value, String statusPart, String isPart) {}

  private StatementTrial(Jdbi jdbi, ShopTable table, OrdersMapping mapping) {
    this.jdbi = jdbi;
    this.table = table;
    this.mapping = mapping;
  }

  static Result run(Jdbi jdbi, ShopTable table, OrdersMapping mapping) {
    StatementTrial trial = new StatementTrial(jdbi, table, mapping);
    trial.onNoRow();
    if (trial.problems.isEmpty()) {
      trial.onRows();
    }
    return new Result(List.copyOf(trial.problems), List.copyOf(trial.warnings));
  }

  private List<Mark> marks() {
    List<Mark> marks = new ArrayList<>();
    marks.add(
        new Mark("ORDERS_CLOSED_STATUS", mapping.closedStatus(), "<closed_status>", "<is_closed>"));
    mapping
        .paidStatus()
        .ifPresent(
            paid -> marks.add(new Mark("ORDERS_PAID_STATUS", paid, "<paid_status>", "<is_paid>")));
    return marks;
  }

  private void onNoRow() {
    onNoRow("its rows cannot be locked", table.sql(ShopStore.LOCK_UNPAID));
    if (problems.isEmpty()) {
      for (Mark mark : marks()) {
        onNoRow("its status cannot be updated", markSql(mark));
      }
    }
  }

  private void onNoRow(String meaning, String sql) {
    Bounded.Outcome<List<String>> outcome =
        Bounded.query(jdbi, handle -> numbers(handle, sql, List.of()));
    if (outcome instanceof Bounded.Outcome.Refused<List<String>> refused) {
      if (refused.refusal().isConflict()) {
        warnings.add(orders() + " is locked just now: the statements could not be tried on it");
        isReadable = false;
        return;
      }
      String problem = orders() + ": " + meaning + ": " + refused.refusal().reason();
      if (!problems.contains(problem)) {
        problems.add(problem);
      }
    }
  }

  private void onRows() {
    Map<String, String> refused = new LinkedHashMap<>();
    boolean works = false;
    for (String when : List.of(DUE, "NOT (" + DUE + ")")) {
      works = works || (isReadable && onRows(when, refused));
    }
    if (works || (!refused.isEmpty() && hasClosedLately())) {
      refused.forEach(
          (number, why) -> warnings.add("order " + number + ": " + why + "; other orders work"));
    } else if (!refused.isEmpty()) {
      Map.Entry<String, String> first = refused.entrySet().iterator().next();
      problems.add(
          orders()
              + ": "
              + first.getValue()
              + " (tried on "
              + (refused.size() == 1 ? "order " : refused.size() + " orders, one of them ")
              + first.getKey()
              + ")");
    }
  }

  /** Then the rows that refuse are a few of many: they must not keep the service from its start. */
  private boolean hasClosedLately() {
    Bounded.Outcome<Boolean> closed =
        Bounded.query(jdbi, handle -> handle.createQuery(CLOSED_LATELY).mapTo(Boolean.class).one());
    return closed instanceof Bounded.Outcome.Found<Boolean> found && found.value();
  }

  /**
   * Tries rows of one kind until one takes the statements.
   *
   * @param refused why others did not, by number
   * @return whether one did
   */
  private boolean onRows(String when, Map<String, String> refused) {
    return switch (Bounded.query(jdbi, handle -> candidates(handle, when))) {
      case Bounded.Outcome.Refused<List<String>> unread -> {
        warnings.add(
            orders()
                + ": no unpaid order could be read, to try the statements on it: "
                + unread.refusal().inWords());
        isReadable = false;
        yield false;
      }
      case Bounded.Outcome.Found<List<String>> candidates -> {
        boolean works = false;
        for (String number : candidates.value()) {
          works = works || (slow < SLOW_ROWS && onRow(number, refused));
        }
        yield works;
      }
    };
  }

  private boolean onRow(String number, Map<String, String> refused) {
    switch (onRow(number)) {
      case RowOutcome.Taken taken -> {
        return true;
      }
      case RowOutcome.Passed passed -> {}
      case RowOutcome.Slow tooSlow -> {
        slow++;
        warnings.add("order " + number + ": " + tooSlow.what());
      }
      case RowOutcome.Refused refusal -> refused.put(number, refusal.why());
    }
    return false;
  }

  private List<String> candidates(Handle handle, String when) {
    return handle
        .createQuery(
            table.sql(CANDIDATES, Map.of("when", table.sql(when), "rows", Integer.toString(ROWS))))
        .mapTo(String.class)
        .list();
  }

  private RowOutcome onRow(String number) {
    for (Mark mark : marks()) {
      RowOutcome outcome =
          switch (Bounded.query(jdbi, handle -> onRow(handle, number, mark))) {
            case Bounded.Outcome.Found<RowOutcome> found -> found.value();
            case Bounded.Outcome.Refused<RowOutcome> refused ->
                afterRefusal(mark, refused.refusal());
          };
      if (!(outcome instanceof RowOutcome.Taken)) {
        return outcome;
      }
    }
    return new RowOutcome.Taken();
  }

  private static RowOutcome afterRefusal(Mark mark, Refusal refusal) {
    if (refusal.isConflict()) {
      return new RowOutcome.Passed();
    }
    return refusal.isTimeout()
        ? new RowOutcome.Slow(
            "writing status " + mark.value() + " takes longer than 3 s; a trigger?")
        : new RowOutcome.Refused(
            mark.setting() + "=" + mark.value() + " is refused: " + refusal.reason());
  }

  private RowOutcome onRow(Handle handle, String number, Mark mark) {
    List<String> one = List.of(number);
    if (numbers(handle, table.sql(ShopStore.LOCK_UNPAID), one).isEmpty()) {
      return notLocked(handle, one);
    }
    Counts before = counts(handle, one, mark);
    List<String> written = numbers(handle, markSql(mark), one);
    handle.execute("SET CONSTRAINTS ALL IMMEDIATE");
    Counts after = counts(handle, one, mark);
    if (after.unpaid() > 0) {
      return new RowOutcome.Refused(
          mark.setting()
              + "="
              + mark.value()
              + " is not taken: the row is still unpaid after the UPDATE (a trigger or rule keeps the old status)");
    }
    if (after.rows() == before.rows() && after.marked() <= before.marked()) {
      return new RowOutcome.Refused(
          mark.setting()
              + "="
              + mark.value()
              + " is not taken: after the UPDATE the row has status "
              + after.other().orElse("NULL"));
    }
    return written.isEmpty()
        ? new RowOutcome.Refused(
            mark.setting() + "=" + mark.value() + ": the UPDATE returns no row that it wrote")
        : new RowOutcome.Taken();
  }

  /** Row security leaves a row out of FOR UPDATE without a word; a row held by the shop waits. */
  private RowOutcome notLocked(Handle handle, List<String> number) {
    String nowait = ShopStore.LOCK_UNPAID.replace("SKIP LOCKED", "NOWAIT");
    boolean isUnpaid = !numbers(handle, table.sql(UNPAID_ROW), number).isEmpty();
    return isUnpaid && numbers(handle, table.sql(nowait), number).isEmpty()
        ? new RowOutcome.Refused(
            "the row can be read, but not locked: row level security has no policy FOR UPDATE for this role: CREATE POLICY order_closer_update ON "
                + orders()
                + " FOR UPDATE TO "
                + handle.createQuery("SELECT quote_ident(current_user)").mapTo(String.class).one()
                + " USING (true)")
        : new RowOutcome.Passed();
  }

  private record Counts(int unpaid, int marked, int rows, Optional<String> other) {}

  private Counts counts(Handle handle, List<String> number, Mark mark) {
    return handle
        .createQuery(table.sql(AFTERWARDS, Map.of("is_marked", table.sql(mark.isPart()))))
        .bind("out_trade_nos", number.toArray(String[]::new))
        .map(
            (row, ctx) ->
                new Counts(
                    row.getInt("unpaid"),
                    row.getInt("marked"),
                    row.getInt("rows"),
                    Columns.text(row, "other")))
        .one();
  }

  private String markSql(Mark mark) {
    return table.sql(ShopStore.MARK, Map.of("new_status", table.sql(mark.statusPart())));
  }

  private String orders() {
    return table.sql("<orders>");
  }

  private static List<String> numbers(Handle handle, String sql, List<String> outTradeNos) {
    return handle
        .createQuery(sql)
        .bind("out_trade_nos", outTradeNos.toArray(String[]::new))
        .mapTo(String.class)
        .list();
  }
}
