package io.staleorders.config;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The last resort against secrets in a log: takes out whatever looks like one. Nothing relies on
 * it; secrets are kept out where they are handled.
 */
final class SecretFilter {
  static final String MASK = "***";

  private record Rule(Pattern pattern, String replacement) {
    Rule(String regex, String replacement) {
      this(Pattern.compile(regex), replacement);
    }
  }

  private static final List<Rule> RULES =
      List.of(
          new Rule("(?s)-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*-----|\\z)", MASK),
          // The rest of the line: the parts of the header are quoted and separated in many ways.
          new Rule("WECHATPAY2-[A-Z0-9-]+\\s[^\\r\\n]*", "WECHATPAY2 " + MASK),
          new Rule("(?i)(authorization\"?\\s*[:=]\\s*)[^\\r\\n]*", "$1" + MASK),
          // With a colon only as JSON has it: our own messages begin "DATABASE_PASSWORD: ".
          new Rule(
              "(?i)((?:password|passwd|api_?v3_?key)(?:\\s*=|\"\\s*:)\\s*)(\"[^\"]*\"|[^\\s&,;]+)",
              "$1" + MASK),
          // But not the example in the message about DATABASE_URL.
          new Rule("://(?!user:password@)[^\\s/?#\"]*@", "://" + MASK + "@"));

  /** Each rule needs one of these. */
  private static final List<String> SIGNS = List.of(":", "=", "-----BEGIN", "WECHATPAY2-");

  private static final List<String> SECRET_NAMES =
      List.of("password", "private_key", "api_v3_key", "authorization", "secret");

  private SecretFilter() {}

  /** {@code text} without what looks like a key, a password or an Authorization header. */
  static String mask(String text) {
    if (SIGNS.stream().noneMatch(text::contains)) {
      return text;
    }
    String masked = text;
    for (Rule rule : RULES) {
      masked = rule.pattern().matcher(masked).replaceAll(rule.replacement());
    }
    return masked;
  }

  /** Whether a field of this name would hold a secret. */
  static boolean isSecretName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return SECRET_NAMES.stream().anyMatch(lower::contains);
  }
}
