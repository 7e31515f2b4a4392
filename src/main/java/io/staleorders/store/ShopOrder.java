package io.staleorders.store;

import java.time.Instant;
import java.util.Optional;

/**
 * What the shop's table says about an order number now, over all its rows that are ours to read.
 *
 * @param unpaidRows rows that are unpaid; more than one: the number does not name one order
 * @param subMchids different sub-merchants among all its rows
 * @param subMchid of the unpaid row, or of any
 * @param createdAt the latest, of an unpaid row where there is one; absent when there is no row, or
 *     no time in it
 * @param oldEnough whether that is {@code CLOSE_DELAY} ago
 * @param closedOrGone whether a row has the closed status, or there is no row at all
 * @param merchantKnown whether WeChat Pay has known an order of this merchant
 */
public record ShopOrder(
    String outTradeNo,
    int unpaidRows,
    int subMchids,
    Optional<String> subMchid,
    Optional<Instant> createdAt,
    boolean oldEnough,
    boolean closedOrGone,
    boolean merchantKnown) {}
