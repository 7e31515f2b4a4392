package io.staleorders.store;

import io.staleorders.store.NodeTree.Fields;
import io.staleorders.store.NodeTree.Items;
import io.staleorders.store.NodeTree.Node;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;

/**
 * Which table's column a view's column is, through views over views: whether {@code SELECT … FOR
 * UPDATE} through the view locks the very row that has the value.
 *
 * <p>PostgreSQL passes such a lock on to every table in the view's own FROM, and through the views
 * there, but not to subqueries in expressions, WITH queries and functions (its documentation of
 * SELECT, "The Locking Clause"; {@code markQueryForLocking} in its source). After the lock it reads
 * the locked rows once more, the others not. So a value is guarded if it is a plain column of a
 * table in FROM, on a side of a join that cannot be missing; everything else is refused, also what
 * would be safe or is not known here. Read from the view's rule in the catalogue, which has that
 * question answered for each column.
 */
final class ColumnOrigin {
  private static final int JOIN_INNER = 0;
  private static final int JOIN_LEFT = 1;
  private static final int JOIN_RIGHT = 3;

  private final Handle handle;
  private final List<String> unguarded = new ArrayList<>();

  /** What was found. */
  sealed interface Outcome {
    /**
     * It is this column of this table.
     *
     * @param unguarded views on the way whose conditions read further rows, which no lock holds
     */
    record Plain(long table, int column, List<String> unguarded) implements Outcome {}

    /** It is not: why. */
    record Computed(String reason) implements Outcome {}
  }

  private ColumnOrigin(Handle handle) {
    this.handle = handle;
  }

  /**
   * Follows a column to its table.
   *
   * @param relation table or view, as {@code oid}
   * @param column as {@code attnum}
   */
  static Outcome of(Handle handle, long relation, int column) {
    return new ColumnOrigin(handle).follow(relation, column);
  }

  private record Relation(String name, String kind) {}

  private Outcome follow(long relation, int column) {
    Relation found =
        handle
            .createQuery(
                "SELECT CAST(CAST(oid AS pg_catalog.regclass) AS text) AS name, relkind"
                    + " FROM pg_catalog.pg_class WHERE oid = CAST(:relation AS oid)")
            .bind("relation", relation)
            .map((row, ctx) -> new Relation(row.getString("name"), row.getString("relkind")))
            .one();
    return switch (found.kind()) {
      case "r", "p" -> ofTable(relation, column);
      case "v" -> ofView(relation, column, found.name());
      case "m" ->
          new Outcome.Computed(found.name() + " is a materialized view, whose rows have no locks");
      case "f" -> new Outcome.Computed(foreign(found.name()));
      default -> new Outcome.Computed(found.name() + " is neither a table nor a view");
    };
  }

  private static String foreign(String name) {
    return name + " is a foreign table, whose rows are locked elsewhere, if at all";
  }

  private Outcome ofTable(long table, int column) {
    return handle
        .createQuery(
            """
            WITH RECURSIVE part (relation) AS (
                SELECT CAST(:table AS oid)
                UNION
                SELECT i.inhrelid FROM part p
                JOIN pg_catalog.pg_inherits i ON i.inhparent = p.relation
            )
            SELECT CAST(CAST(c.oid AS pg_catalog.regclass) AS text)
            FROM part p
            JOIN pg_catalog.pg_class c ON c.oid = p.relation
            WHERE c.relkind = 'f'
            LIMIT 1
            """)
        .bind("table", table)
        .mapTo(String.class)
        .findOne()
        .<Outcome>map(name -> new Outcome.Computed(foreign(name)))
        .orElseGet(() -> new Outcome.Plain(table, column, List.copyOf(unguarded)));
  }

  private Outcome ofView(long view, int column, String name) {
    Optional<Fields> query =
        handle
            .createQuery(
                "SELECT CAST(ev_action AS text) FROM pg_catalog.pg_rewrite"
                    + " WHERE ev_class = CAST(:view AS oid) AND ev_type = '1'")
            .bind("view", view)
            .mapTo(String.class)
            .findOne()
            .flatMap(NodeTree::read)
            .flatMap(ColumnOrigin::onlyQuery);
    if (query.isEmpty()) {
      return new Outcome.Computed("the definition of view " + name + " cannot be read");
    }
    Optional<String> shape = shape(query.get());
    if (shape.isPresent()) {
      return new Outcome.Computed("view " + name + " has " + shape.get());
    }
    if (query.get().node("jointree").stream()
        .flatMap(NodeTree::all)
        .anyMatch(node -> node instanceof Fields fields && fields.name().equals("SUBLINK"))) {
      unguarded.add(name);
    }
    return query.get().nodes("targetList").stream()
        .filter(entry -> entry.number("resno").orElse(0) == column)
        .findFirst()
        .flatMap(entry -> entry.node("expr"))
        .map(expression -> ofExpression(query.get(), expression, name))
        .orElseGet(() -> new Outcome.Computed("the definition of view " + name + " is not known"));
  }

  private static Optional<Fields> onlyQuery(Node tree) {
    return tree instanceof Items list
            && list.items().size() == 1
            && list.items().getFirst() instanceof Fields query
            && query.name().equals("QUERY")
        ? Optional.of(query)
        : Optional.empty();
  }

  /** What makes of several rows one, or of one several, or leaves some out by their place. */
  private static Optional<String> shape(Fields query) {
    if (query.has("setOperations")) {
      return Optional.of("UNION, INTERSECT or EXCEPT");
    }
    if (query.isTrue("hasAggs") || query.has("groupClause") || query.has("groupingSets")) {
      return Optional.of("an aggregate or GROUP BY");
    }
    if (query.isTrue("hasWindowFuncs")) {
      return Optional.of("a window function");
    }
    if (query.has("distinctClause")) {
      return Optional.of("DISTINCT");
    }
    if (query.isTrue("hasTargetSRFs")) {
      return Optional.of("a function that returns several rows");
    }
    if (query.has("limitCount") || query.has("limitOffset")) {
      return Optional.of("LIMIT or OFFSET");
    }
    return Optional.empty();
  }

  private Outcome ofExpression(Fields query, Fields expression, String view) {
    if (!expression.name().equals("VAR")) {
      return new Outcome.Computed(
          "in view " + view + " it is " + named(expression) + ", not a plain column");
    }
    int number = expression.number("varno").orElse(0);
    int column = expression.number("varattno").orElse(0);
    List<Fields> tables = query.nodes("rtable");
    if (expression.number("varlevelsup").orElse(1) != 0
        || column <= 0
        || number <= 0
        || number > tables.size()) {
      return new Outcome.Computed("in view " + view + " it is no plain column of a table");
    }
    Fields from = tables.get(number - 1);
    return switch (from.number("rtekind").orElse(-1)) {
      case 0 -> ofRelation(query, number, from.number("relid").orElse(0), column, view);
      case 1 -> fromOther(view, "a subquery in FROM");
      case 2 ->
          from.item("joinaliasvars", column - 1)
              .map(merged -> ofExpression(query, merged, view))
              .orElseGet(() -> fromOther(view, "a join"));
      case 3, 4 -> fromOther(view, "a function in FROM");
      case 5 -> fromOther(view, "VALUES");
      case 6 -> fromOther(view, "a WITH query");
      default -> fromOther(view, "something else than a table");
    };
  }

  private static Outcome fromOther(String view, String what) {
    return new Outcome.Computed("in view " + view + " it comes from " + what);
  }

  private Outcome ofRelation(Fields query, int number, int relation, int column, String view) {
    Set<Integer> certain = new HashSet<>();
    query.node("jointree").ifPresent(tree -> addCertain(tree, certain));
    return certain.contains(number)
        ? follow(Integer.toUnsignedLong(relation), column)
        : fromOther(view, "the side of an outer join that may be missing");
  }

  /** The tables whose row is there for every row of the view. */
  private static void addCertain(Fields part, Set<Integer> certain) {
    switch (part.name()) {
      case "FROMEXPR" -> part.nodes("fromlist").forEach(item -> addCertain(item, certain));
      case "RANGETBLREF" -> part.number("rtindex").ifPresent(certain::add);
      case "JOINEXPR" -> {
        int type = part.number("jointype").orElse(-1);
        if (type == JOIN_INNER || type == JOIN_LEFT) {
          part.node("larg").ifPresent(side -> addCertain(side, certain));
        }
        if (type == JOIN_INNER || type == JOIN_RIGHT) {
          part.node("rarg").ifPresent(side -> addCertain(side, certain));
        }
      }
      default -> {
        // Not known: certain of nothing.
      }
    }
  }

  private static String named(Fields expression) {
    return switch (expression.name()) {
      case "SUBLINK" -> "a subquery";
      case "FUNCEXPR" -> isCast(expression) ? "a cast" : "a function's result";
      case "RELABELTYPE", "COERCEVIAIO", "COERCETODOMAIN", "ARRAYCOERCEEXPR" -> "a cast";
      case "CASE", "CASEEXPR" -> "a CASE expression";
      case "COALESCE", "COALESCEEXPR" -> "COALESCE";
      case "CONST" -> "a constant";
      case "AGGREF" -> "an aggregate";
      case "WINDOWFUNC" -> "a window function";
      default -> "an expression (" + expression.name().toLowerCase(Locale.ROOT) + ")";
    };
  }

  /** {@code COERCE_EXPLICIT_CAST} or {@code COERCE_IMPLICIT_CAST}. */
  private static boolean isCast(Fields function) {
    int form = function.number("funcformat").orElse(0);
    return form == 1 || form == 2;
  }
}
