package io.staleorders.order;

import java.time.Instant;
import java.util.Optional;

/**
 * What earlier attempts on an order left behind.
 *
 * @param attempts that called and got as far as a decision
 * @param answered of these, the ones that got a verified answer
 * @param absences verified answers in a row that WeChat Pay does not know the order
 * @param rateRefusals give-backs in a row because of the account's rate
 * @param firstAttemptAt by the database's clock
 */
public record Progress(
    int attempts, int answered, int absences, int rateRefusals, Optional<Instant> firstAttemptAt) {

  /** Nothing was tried yet. */
  public static final Progress NONE = new Progress(0, 0, 0, 0, Optional.empty());

  /**
   * The same, for an order that was placed again or whose merchant was corrected: that it was
   * absent before proves nothing now.
   */
  public Progress withoutAbsences() {
    return new Progress(attempts, answered, 0, rateRefusals, firstAttemptAt);
  }
}
