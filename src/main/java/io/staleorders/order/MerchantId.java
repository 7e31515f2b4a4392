package io.staleorders.order;

import java.util.regex.Pattern;

/** A merchant number given out by WeChat Pay ({@code sp_mchid} or {@code sub_mchid}): digits. */
public record MerchantId(String value) {
  private static final Pattern FORM = Pattern.compile("[0-9]{1,32}");

  /**
   * @throws IllegalArgumentException if {@code value} is not well formed
   */
  public MerchantId {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException("not a merchant number: " + value);
    }
  }

  /** Whether this can be a merchant number at all. */
  public static boolean isWellFormed(String value) {
    return FORM.matcher(value).matches();
  }

  @Override
  public String toString() {
    return value;
  }
}
