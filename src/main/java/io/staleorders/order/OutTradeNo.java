package io.staleorders.order;

import java.util.regex.Pattern;

/**
 * The merchant's order number, {@code out_trade_no}: 6 to 32 characters of digits, letters and
 * {@code _ - | *}; unique under the service provider's number.
 */
public record OutTradeNo(String value) {
  private static final Pattern FORM = Pattern.compile("[0-9A-Za-z_\\-|*]{6,32}");

  /**
   * @throws IllegalArgumentException if {@code value} is not well formed
   */
  public OutTradeNo {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException("not an out_trade_no: " + value);
    }
  }

  /** Whether WeChat Pay would accept this as an order number at all. */
  public static boolean isWellFormed(String value) {
    return FORM.matcher(value).matches();
  }

  @Override
  public String toString() {
    return value;
  }
}
