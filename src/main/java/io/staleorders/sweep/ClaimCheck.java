package io.staleorders.sweep;

import io.staleorders.order.ClaimedOrder;
import io.staleorders.order.Decision;
import io.staleorders.order.Decision.AbandonReason;
import io.staleorders.order.Merchant;
import io.staleorders.order.MerchantId;
import io.staleorders.order.OutTradeNo;
import io.staleorders.store.Claim;
import io.staleorders.store.Outcome;
import io.staleorders.store.ShopOrder;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Whether a claimed order may be called about, by what the shop says of it now. Pure. */
final class ClaimCheck {
  /** A time that lies far ahead, endless perhaps, may be moved back. */
  private static final Duration LONGEST_WAIT = Duration.ofDays(1);

  /** When an order is looked at again that has no time of its own any more. */
  private static final Duration TIMELESS_WAIT = Duration.ofMinutes(10);

  private final MerchantId spMchid;
  private final Duration closeDelay;

  ClaimCheck(MerchantId spMchid, Duration closeDelay) {
    this.spMchid = spMchid;
    this.closeDelay = closeDelay;
  }

  /** What becomes of a claim. */
  sealed interface Checked {
    /** WeChat Pay is called. */
    record Callable(ClaimedOrder order) implements Checked {}

    /** Decided without a call. */
    record Decided(Outcome outcome) implements Checked {}
  }

  /**
   * Checks one claim.
   *
   * @param now by the database's clock
   */
  Checked check(Claim claim, ShopOrder shop, Instant now) {
    String subMchid = shop.subMchid().orElse(claim.subMchid());
    Instant createdAt = shop.createdAt().orElse(claim.createdAt());
    boolean closedByUs = claim.secondLook() && shop.closedOrGone();
    if (shop.unpaidRows() == 0 && !closedByUs) {
      return decided(claim, subMchid, createdAt, new Decision.Superseded(), Duration.ZERO);
    }
    if (shop.unpaidRows() > 1 || shop.subMchids() > 1) {
      return abandoned(claim, subMchid, createdAt, AbandonReason.DUPLICATE_NUMBER);
    }
    if (!OutTradeNo.isWellFormed(claim.outTradeNo()) || !MerchantId.isWellFormed(subMchid)) {
      return abandoned(claim, subMchid, createdAt, AbandonReason.MALFORMED);
    }
    boolean gone = shop.unpaidRows() == 0 && shop.createdAt().isEmpty();
    if (!shop.oldEnough() && !gone) {
      Duration wait = untilOldEnough(shop.createdAt(), now);
      return decided(claim, subMchid, createdAt, new Decision.Uncalled(), wait);
    }
    return new Checked.Callable(
        new ClaimedOrder(
            new OutTradeNo(claim.outTradeNo()),
            new Merchant(spMchid, new MerchantId(subMchid)),
            createdAt,
            claim.claimId(),
            createdAt.isAfter(claim.createdAt()) || !subMchid.equals(claim.subMchid())
                ? claim.progress().withoutAbsences()
                : claim.progress(),
            claim.secondLook(),
            shop.merchantKnown()));
  }

  private Duration untilOldEnough(Optional<Instant> createdAt, Instant now) {
    return createdAt
        .map(at -> Duration.between(now, at.plus(closeDelay)))
        .filter(Duration::isPositive)
        .map(wait -> wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT)
        .orElse(TIMELESS_WAIT);
  }

  private static Checked abandoned(
      Claim claim, String subMchid, Instant createdAt, AbandonReason reason) {
    return decided(claim, subMchid, createdAt, new Decision.Abandoned(reason), Duration.ZERO);
  }

  private static Checked decided(
      Claim claim, String subMchid, Instant createdAt, Decision decision, Duration wait) {
    return new Checked.Decided(new Outcome(claim, subMchid, createdAt, decision, wait, List.of()));
  }
}
