package io.staleorders.config;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the JVM got from the operating system as bytes: environment variables and arguments. It
 * decodes them by the encoding of the process's locale, which without {@code LANG} is ASCII, and
 * puts something else in place of what it cannot decode. Only a UTF-8 locale is right for texts
 * that are not plain ASCII.
 */
public final class NativeText {
  /** What is wrong with a garbled text, and what to do. */
  public static final String PROBLEM =
      "cannot be read as UTF-8 in this process's locale; set LANG=C.UTF-8 and no other LC_ALL or"
          + " LC_CTYPE, and give the value in UTF-8";

  private static final char REPLACEMENT = '\ufffd';

  private NativeText() {}

  /** Whether something in {@code text} could not be decoded. */
  public static boolean isGarbled(String text) {
    return text.indexOf(REPLACEMENT) >= 0;
  }

  /**
   * {@code text}, garbled visibly unless it was decoded right: GBK or ISO-8859-1 turn any bytes
   * into some characters.
   *
   * @param encoding by which the JVM decoded it
   */
  public static String checked(String text, Charset encoding) {
    return encoding.equals(StandardCharsets.UTF_8) || isAscii(text)
        ? text
        : text.replaceAll("[^\\p{ASCII}]", String.valueOf(REPLACEMENT));
  }

  /** The variables, each value {@linkplain #checked checked}. */
  public static Map<String, String> checked(Map<String, String> variables, Charset encoding) {
    return variables.entrySet().stream()
        .collect(
            Collectors.toUnmodifiableMap(
                Map.Entry::getKey, variable -> checked(variable.getValue(), encoding)));
  }

  /** The encoding by which this JVM decodes what it gets from the operating system. */
  public static Charset encoding() {
    return Charset.forName(
        System.getProperty("sun.jnu.encoding", "US-ASCII"), StandardCharsets.US_ASCII);
  }

  private static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 0x80);
  }
}
