package io.staleorders.demo;

import java.time.Duration;
import java.util.Optional;

/**
 * An order, and what has become of it by now: with the service, in the shop, and at WeChat Pay.
 *
 * @param kind what stands before the first {@code -} of its number
 * @param note what is odd about it
 * @param service its state in {@code order_close}; {@link #UNTOUCHED} if it was never entered
 * @param reason why that is so: as in {@code order_close}, or {@link #PAUSED}; may be empty
 * @param shop its status in the shop's table
 * @param wechatPay its state at the sandbox; {@link #NEVER_ASKED} if it was never called about
 * @param firstCallAt its age at the first call about it
 */
record Became(
    String outTradeNo,
    String kind,
    String note,
    String service,
    String reason,
    String shop,
    String wechatPay,
    Optional<Duration> firstCallAt) {
  static final String UNTOUCHED = "-";
  static final String PAUSED = "PAUSED";
  static final String NEVER_ASKED = "-";

  /** What stands before the first {@code -} of an order number. */
  static String kindOf(String outTradeNo) {
    return outTradeNo.substring(0, outTradeNo.indexOf('-'));
  }

  /** In a few words, for a person. */
  String text() {
    return "%s: service %s%s, shop %s, WeChat Pay %s"
        .formatted(outTradeNo, service, reason.isEmpty() ? "" : " " + reason, shop, wechatPay);
  }
}
