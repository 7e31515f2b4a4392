package io.staleorders.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The end of the demonstration: what was expected, and what became of it. */
record Report(List<Kind> kinds, List<Promise> promises) {
  boolean isAllAsExpected() {
    return kinds.stream().allMatch(Kind::isAsExpected)
        && promises.stream().allMatch(Promise::isKept);
  }

  /** The table, the promises, and at the end in one line whether all is as expected. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    String head = row("order", "orders", "expected", "service", "shop", "WeChat Pay", "ok");
    lines.add(row("", "", "", "became with the service, in the shop, at WeChat Pay", "", "", ""));
    lines.add(head);
    lines.add("-".repeat(head.length()));
    kinds.forEach(kind -> lines.add(row(kind)));
    lines.add("-: never taken up by the service, never called about");
    lines.add("");
    promises.forEach(
        promise -> lines.add("%-4s%s".formatted(ok(promise.isKept()), promise.text())));
    lines.add("");
    differences(lines);
    lines.add(summary());
    return lines;
  }

  private void differences(List<String> lines) {
    for (Kind kind : kinds) {
      kind.others()
          .forEach(
              order ->
                  lines.add(
                      "Expected: %s. But %s".formatted(kind.expected().text(), order.text())));
    }
    for (Promise promise : promises) {
      promise
          .brokenBy()
          .forEach(
              order -> lines.add("Broken: %s. But %s".formatted(promise.text(), order.text())));
    }
  }

  private String summary() {
    long orders = kinds.stream().mapToLong(kind -> kind.orders().size()).sum();
    long others = kinds.stream().mapToLong(kind -> kind.others().size()).sum();
    long broken = promises.stream().filter(promise -> !promise.isKept()).count();
    return "%d orders, %d kinds: %s"
        .formatted(
            orders,
            kinds.size(),
            isAllAsExpected()
                ? "all as expected"
                : "%d not as expected, %d promises broken".formatted(others, broken));
  }

  private static String row(Kind kind) {
    return row(
        kind.note(),
        Integer.toString(kind.orders().size()),
        kind.expected().text(),
        distinct(kind, Became::service),
        distinct(kind, Became::shop),
        distinct(kind, Became::wechatPay),
        ok(kind.isAsExpected()));
  }

  private static String distinct(Kind kind, Function<Became, String> column) {
    return kind.orders().stream().map(column).distinct().collect(Collectors.joining(", "));
  }

  private static String row(Object... cells) {
    return "%-42s %6s  %-29s  %-10s  %-9s  %-10s  %s".formatted(cells).stripTrailing();
  }

  private static String ok(boolean is) {
    return is ? "yes" : "NO";
  }
}
