package io.staleorders.demo;

import java.util.Set;

/** What has to become of an order. */
enum Fate {
  CLOSED("closed", Set.of("CLOSED"), "", "CLOSED", Set.of("CLOSED", "REVOKED")),
  REPORTED_PAID(
      "reported, the row left alone", Set.of("PAID"), "", "NOTPAY", Set.of("SUCCESS", "REFUND")),
  CLOSED_HERE("closed here: unknown there", Set.of("NOT_FOUND"), "", "CLOSED", Set.of("ABSENT")),
  WAITS_FOR_PAYER(
      "waits: somebody may be paying",
      Set.of("RETRY"),
      "MAY_BE_PAYING",
      "NOTPAY",
      Set.of("USERPAYING", "NOTPAY")),
  WAITS_FOR_MERCHANT(
      "waits: sub-merchant paused",
      Set.of("DUE", "RETRY"),
      Became.PAUSED,
      "NOTPAY",
      Set.of("NOTPAY", Became.NEVER_ASKED)),
  GIVEN_UP_AS_PAYMENT_CODE(
      "given up: NEEDS_REVERSE", Set.of("ABANDONED"), "NEEDS_REVERSE", "NOTPAY", Set.of("NOTPAY")),
  GIVEN_UP_AS_MALFORMED(
      "given up: MALFORMED",
      Set.of("ABANDONED"),
      "MALFORMED",
      "NOTPAY",
      Set.of(Became.NEVER_ASKED)),
  GIVEN_UP_AS_DUPLICATE(
      "given up: DUPLICATE_NUMBER",
      Set.of("ABANDONED"),
      "DUPLICATE_NUMBER",
      "NOTPAY",
      Set.of(Became.NEVER_ASKED)),
  KEPT_AS_PAID("the shop's own write stands", Set.of("PAID"), "", "PAID", Set.of("SUCCESS")),
  KEPT_AS_CANCELLED(
      "the shop's own write stands", Set.of("SUPERSEDED"), "", "CANCELLED", Set.of("CLOSED")),
  LEFT_UNPAID("left alone", Set.of(Became.UNTOUCHED), "", "NOTPAY", Set.of(Became.NEVER_ASKED)),
  LEFT_PAID("left alone", Set.of(Became.UNTOUCHED), "", "PAID", Set.of(Became.NEVER_ASKED));

  private final String text;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of
  private final Set<String> service;

  private final String reason;
  private final String shop;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of
  private final Set<String> wechatPay;

  Fate(String text, Set<String> service, String reason, String shop, Set<String> wechatPay) {
    this.text = text;
    this.service = service;
    this.reason = reason;
    this.shop = shop;
    this.wechatPay = wechatPay;
  }

  /** In a few words, for a person. */
  String text() {
    return text;
  }

  /** Whether that is what became of the order. */
  boolean isOf(Became became) {
    return service.contains(became.service())
        && became.reason().equals(reason)
        && became.shop().equals(shop)
        && wechatPay.contains(became.wechatPay());
  }
}
