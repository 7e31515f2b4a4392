package io.staleorders.wechatpay;

/** Makes text from outside fit for a log line and a database column. */
final class PlainText {
  private PlainText() {}

  /**
   * The first {@code max} characters of a text, without those that are no text: control and format
   * characters, line separators, halves of surrogate pairs.
   */
  static String of(String text, int max) {
    StringBuilder plain = new StringBuilder(Math.min(text.length(), max));
    for (int i = 0; i < text.length(); ) {
      int character = text.codePointAt(i);
      i += Character.charCount(character);
      if (isText(character)) {
        if (plain.length() + Character.charCount(character) > max) {
          break;
        }
        plain.appendCodePoint(character);
      }
    }
    return plain.toString();
  }

  private static boolean isText(int character) {
    return switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }
}
