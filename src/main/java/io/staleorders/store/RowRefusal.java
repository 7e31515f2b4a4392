package io.staleorders.store;

/**
 * Why the shop's row did not take a change.
 *
 * @param sqlState of the database's error; empty if there was none
 * @param error the database's own words, or what was seen of the row
 */
public record RowRefusal(String sqlState, String error) {
  /** The statement succeeded, and the row has its old status. */
  static final RowRefusal KEPT_STATUS =
      new RowRefusal("", "the row does not have the status that was written: a trigger or rule?");

  /** The row can be read and not locked, although nobody holds it. */
  public static final RowRefusal HIDDEN =
      new RowRefusal(
          "", "the row is unpaid but cannot be locked: a row security policy for UPDATE?");

  /** What the failed statement reported. */
  public static RowRefusal of(DatabaseFailure failure) {
    return new RowRefusal(failure.sqlState(), failure.message());
  }
}
