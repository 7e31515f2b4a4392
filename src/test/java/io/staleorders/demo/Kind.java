package io.staleorders.demo;

import static java.util.Map.entry;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Orders with the same thing odd about them.
 *
 * @param note what it is
 * @param expected what has to become of them
 */
record Kind(String note, Fate expected, List<Became> orders) {

  /** Every kind in {@code db/demo}, by what its order numbers begin with. */
  private static final Map<String, Fate> EXPECTED =
      Map.ofEntries(
          entry("PLAIN", Fate.CLOSED),
          entry("OTHERSHOP", Fate.CLOSED),
          entry("CLOSED", Fate.CLOSED),
          entry("REVOKED", Fate.CLOSED),
          entry("PAID", Fate.REPORTED_PAID),
          entry("REFUND", Fate.REPORTED_PAID),
          entry("GHOSTPAID", Fate.REPORTED_PAID),
          entry("STAYS2", Fate.CLOSED),
          entry("ABSENT", Fate.CLOSED_HERE),
          entry("GHOST", Fate.CLOSED_HERE),
          entry("LATE", Fate.CLOSED),
          entry("PAYING", Fate.WAITS_FOR_PAYER),
          entry("FREQUENCYLIMITED", Fate.WAITS_FOR_PAYER),
          entry("PAYERROR2", Fate.CLOSED),
          entry("ACCEPTED1", Fate.CLOSED),
          entry("SYSTEMERROR2", Fate.CLOSED),
          entry("GATEWAY2", Fate.CLOSED),
          entry("HANG1", Fate.CLOSED),
          entry("RESET2", Fate.CLOSED),
          entry("RESETAFTER2", Fate.CLOSED),
          entry("GARBAGE2", Fate.CLOSED),
          entry("WRONGSIGNATURE2", Fate.CLOSED),
          entry("SIGNTEST1", Fate.CLOSED),
          entry("UNSIGNEDABSENT2", Fate.CLOSED),
          entry("UNSIGNEDCLOSED2", Fate.CLOSED),
          entry("OTHERORDER2", Fate.CLOSED),
          entry("RATELIMITEXCEEDED1", Fate.CLOSED),
          entry("NOAUTH", Fate.WAITS_FOR_MERCHANT),
          entry("NEEDSREVERSE", Fate.GIVEN_UP_AS_PAYMENT_CODE),
          entry("MEANWHILE", Fate.KEPT_AS_PAID),
          entry("CANCELLED", Fate.KEPT_AS_CANCELLED),
          entry("MALFORMED", Fate.GIVEN_UP_AS_MALFORMED),
          entry("TWICE", Fate.GIVEN_UP_AS_DUPLICATE),
          entry("DUESOON", Fate.CLOSED),
          entry("YOUNG", Fate.LEFT_UNPAID),
          entry("SHOPPAID", Fate.LEFT_PAID),
          entry("ALIPAY", Fate.LEFT_UNPAID));

  /** The kinds that the orders are of, in their order. */
  static List<Kind> of(List<Became> orders) {
    Map<String, List<Became>> byKind = new LinkedHashMap<>();
    orders.forEach(
        order -> byKind.computeIfAbsent(order.kind(), kind -> new ArrayList<>()).add(order));
    return byKind.entrySet().stream()
        .map(
            kind ->
                new Kind(kind.getValue().getFirst().note(), fate(kind.getKey()), kind.getValue()))
        .toList();
  }

  /** Orders of which something else became. */
  List<Became> others() {
    return orders.stream().filter(order -> !expected.isOf(order)).toList();
  }

  boolean isAsExpected() {
    return others().isEmpty();
  }

  private static Fate fate(String kind) {
    return Optional.ofNullable(EXPECTED.get(kind))
        .orElseThrow(() -> new IllegalStateException("nothing is expected of orders " + kind));
  }
}
