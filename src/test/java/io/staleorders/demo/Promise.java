package io.staleorders.demo;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What has to hold over all orders, whatever their kind.
 *
 * @param brokenBy the orders by which it does not
 */
record Promise(String text, List<Became> brokenBy) {
  private static final Set<String> PAID = Set.of("SUCCESS", "REFUND");
  private static final Set<String> CLOSED = Set.of("CLOSED", "REVOKED", "ABSENT");

  /** The shop itself never writes CLOSED here, so whatever is closed, the service has closed. */
  static List<Promise> over(List<Became> orders, Duration closeDelay) {
    return List.of(
        never(
            "no order that is paid at WeChat Pay is closed in the shop",
            orders,
            order -> isClosedInShop(order) && PAID.contains(order.wechatPay())),
        never(
            "every order closed in the shop is closed at WeChat Pay, or unknown there",
            orders,
            order -> isClosedInShop(order) && !CLOSED.contains(order.wechatPay())),
        never(
            "no order was called about before it was %d minutes old"
                .formatted(closeDelay.toMinutes()),
            orders,
            order -> order.firstCallAt().filter(age -> age.compareTo(closeDelay) < 0).isPresent()));
  }

  boolean isKept() {
    return brokenBy.isEmpty();
  }

  private static Promise never(String text, List<Became> orders, Predicate<Became> broken) {
    return new Promise(text, orders.stream().filter(broken).toList());
  }

  private static boolean isClosedInShop(Became order) {
    return order.shop().equals("CLOSED");
  }
}
