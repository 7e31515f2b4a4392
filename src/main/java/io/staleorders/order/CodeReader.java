package io.staleorders.order;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Reads error codes. WeChat Pay's pages spell them in several ways, so underscores and case do not
 * count; the number at the end of {@code Request-ID} refines a code that says little.
 */
public final class CodeReader {
  private static final Map<String, Code> BY_NAME = new HashMap<>();
  private static final Map<Long, Code> BY_NUMBER =
      Map.ofEntries(
          Map.entry(268449538L, Code.ORDER_PAID),
          Map.entry(268498689L, Code.ORDER_PAID),
          Map.entry(268447914L, Code.ORDER_CLOSED),
          Map.entry(268512771L, Code.ORDER_NOT_EXIST),
          Map.entry(268449641L, Code.NEEDS_REVERSE),
          Map.entry(268443701L, Code.NO_AUTH),
          Map.entry(268443715L, Code.ACCOUNT_ERROR),
          Map.entry(268443699L, Code.SIGN_ERROR),
          Map.entry(268447840L, Code.RATELIMIT_EXCEEDED),
          Map.entry(268435461L, Code.PARAM_ERROR));

  static {
    for (Code code : Code.values()) {
      BY_NAME.put(normalised(code.name()), code);
    }
    BY_NAME.put("FREQENCYLIMIT", Code.FREQUENCY_LIMITED);
    BY_NAME.put("FREQUENCYLIMIT", Code.FREQUENCY_LIMITED);
    BY_NAME.put("RATELIMITEXCEED", Code.RATELIMIT_EXCEEDED);
    BY_NAME.remove(normalised(Code.OTHER.name()));
    BY_NAME.remove(normalised(Code.NEEDS_REVERSE.name()));
  }

  private CodeReader() {}

  /**
   * What an answer's code means.
   *
   * @param code as the body spells it, empty if there is none
   * @param requestId the {@code Request-ID} header, {@code {id}-{number}}, empty if there is none
   */
  public static Code read(String code, String requestId) {
    Code named = BY_NAME.getOrDefault(normalised(code), Code.OTHER);
    if (named == Code.INVALID_REQUEST || named == Code.OTHER) {
      return BY_NUMBER.getOrDefault(numberOf(requestId), named);
    }
    return named;
  }

  private static String normalised(String code) {
    return code.replace("_", "").toUpperCase(Locale.ROOT);
  }

  /** The number at the end of a request's id; 0, which is success, when there is none. */
  private static long numberOf(String requestId) {
    int dash = requestId.lastIndexOf('-');
    String digits = requestId.substring(dash + 1);
    if (dash < 0 || digits.isEmpty() || digits.length() > 18) {
      return 0;
    }
    return digits.chars().allMatch(c -> c >= '0' && c <= '9') ? Long.parseLong(digits) : 0;
  }
}
