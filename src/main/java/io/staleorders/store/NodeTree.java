package io.staleorders.store;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

/**
 * A query as PostgreSQL keeps it in its catalogue ({@code pg_node_tree}), read without knowing any
 * kind of node. The form is that of PostgreSQL's {@code outfuncs.c} and {@code read.c}, the same in
 * all its versions: {@code {NAME :field value …}}, {@code (item …)}, {@code <>} for nothing, words
 * with backslashes before characters that mean something.
 */
final class NodeTree {
  private final String text;
  private int at;

  /** A part of it. */
  sealed interface Node {}

  /** A word: a number, a name, a letter. */
  record Word(String text) implements Node {}

  /** A list; the kind of a list of numbers is its first word. */
  record Items(List<Node> items) implements Node {}

  /**
   * A node with fields.
   *
   * @param fields the first value of each; a few hold more, which nobody reads here
   */
  record Fields(String name, Map<String, Node> fields) implements Node {

    /** The number in this field; 0 is a number too, nothing is not. */
    OptionalInt number(String field) {
      return fields.get(field) instanceof Word word && word.text().matches("-?[0-9]{1,10}")
          ? OptionalInt.of((int) Long.parseLong(word.text()))
          : OptionalInt.empty();
    }

    boolean isTrue(String field) {
      return fields.get(field) instanceof Word word && word.text().equals("true");
    }

    Optional<Fields> node(String field) {
      return fields.get(field) instanceof Fields node ? Optional.of(node) : Optional.empty();
    }

    /** The nodes of a list, without those that are nothing. */
    List<Fields> nodes(String field) {
      return fields.get(field) instanceof Items list
          ? list.items().stream().filter(Fields.class::isInstance).map(Fields.class::cast).toList()
          : List.of();
    }

    /** A node by its place in a list. */
    Optional<Fields> item(String field, int index) {
      return fields.get(field) instanceof Items list
              && index < list.items().size()
              && list.items().get(index) instanceof Fields node
          ? Optional.of(node)
          : Optional.empty();
    }

    /** Whether there is anything in this field. */
    boolean has(String field) {
      return switch (fields.get(field)) {
        case null -> false;
        case Word word -> false;
        case Items items -> !items.items().isEmpty();
        case Fields node -> true;
      };
    }
  }

  private NodeTree(String text) {
    this.text = text;
  }

  /** The tree; empty if the text is of no known form. */
  static Optional<Node> read(String text) {
    NodeTree tree = new NodeTree(text);
    try {
      return Optional.of(tree.node());
    } catch (IllegalStateException unknownForm) {
      return Optional.empty();
    }
  }

  /** The node and all beneath it. */
  static Stream<Node> all(Node node) {
    Stream<Node> beneath =
        switch (node) {
          case Word word -> Stream.empty();
          case Items list -> list.items().stream();
          case Fields fields -> fields.fields().values().stream();
        };
    return Stream.concat(Stream.of(node), beneath.flatMap(NodeTree::all));
  }

  private Node node() {
    String token = next();
    return switch (token) {
      case "{" -> fields();
      case "(" -> list(")");
      case "[" -> list("]");
      case "}", ")", "]" -> throw new IllegalStateException("unexpected " + token);
      default -> new Word(token);
    };
  }

  private Fields fields() {
    String name = next();
    Map<String, Node> fields = new LinkedHashMap<>();
    Optional<String> field = Optional.empty();
    while (!peek().equals("}")) {
      if (peek().startsWith(":")) {
        field = Optional.of(next().substring(1));
      } else {
        Node value = node();
        field.ifPresent(of -> fields.putIfAbsent(of, value));
      }
    }
    next();
    return new Fields(name, fields);
  }

  private Items list(String end) {
    List<Node> items = new ArrayList<>();
    while (!peek().equals(end)) {
      items.add(node());
    }
    next();
    return new Items(items);
  }

  private String peek() {
    int before = at;
    String token = next();
    at = before;
    return token;
  }

  private String next() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    if (at >= text.length()) {
      throw new IllegalStateException("ends too early");
    }
    int start = at;
    if (isBracket(text.charAt(at))) {
      at++;
      return text.substring(start, at);
    }
    while (at < text.length() && !isEnd(text.charAt(at))) {
      at += text.charAt(at) == '\\' ? 2 : 1;
    }
    at = Math.min(at, text.length());
    return text.substring(start, at);
  }

  private static boolean isBracket(char c) {
    return "{}()[]".indexOf(c) >= 0;
  }

  private static boolean isEnd(char c) {
    return Character.isWhitespace(c) || isBracket(c);
  }
}
