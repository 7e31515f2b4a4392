package io.staleorders.store;

import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * Where the shop keeps its orders, as the operator set it: names and texts, not yet checked against
 * the database.
 *
 * @param schema absent for the search path
 * @param subMchidColumn absent when the shop has one sub-merchant and no column for it
 * @param fixedSubMchid the sub-merchant of such a shop
 * @param filter only rows of these values are ever read or written
 * @param timeZoneIsGiven whether somebody set it: the default may be wrong unnoticed
 * @param closeDelay how old an order must be
 */
public record OrdersMapping(
    Optional<String> schema,
    String table,
    String outTradeNoColumn,
    Optional<String> subMchidColumn,
    Optional<String> fixedSubMchid,
    String statusColumn,
    String createdAtColumn,
    ZoneId timeZone,
    boolean timeZoneIsGiven,
    List<String> unpaidStatuses,
    String closedStatus,
    Optional<String> paidStatus,
    Optional<Filter> filter,
    Duration closeDelay) {

  /** A column, and the values that make a row ours. */
  public record Filter(String column, List<String> values) {}
}
