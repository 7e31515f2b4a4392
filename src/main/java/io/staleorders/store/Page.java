package io.staleorders.store;

import java.util.List;
import java.util.Optional;

/**
 * One step of a scan.
 *
 * @param entered orders entered as due
 * @param malformed orders entered as abandoned, since WeChat Pay could not know them
 * @param againUnpaid resolved orders whose row is unpaid: candidates for {@link ScanStore#reopen}
 * @param next where the next page begins; absent when this was the last one
 */
public record Page(
    int entered, List<MalformedOrder> malformed, List<String> againUnpaid, Optional<Cursor> next) {

  /** A place in the shop's table by age, in the texts of its own columns. */
  public record Cursor(String createdAt, String outTradeNo) {}

  /** An order that cannot be WeChat Pay's. */
  public record MalformedOrder(String outTradeNo, String subMchid, long ageSeconds) {}
}
