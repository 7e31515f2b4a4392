package io.staleorders.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Variables that look like ours but are not: misspelt, or named as elsewhere. */
final class UnknownNames {
  private static final Set<String> KNOWN =
      Variables.ALL.stream()
          .flatMap(v -> Stream.concat(Stream.of(v.name()), v.fileName().stream()))
          .collect(Collectors.toUnmodifiableSet());

  /** The first word of each name with its underscore, such as {@code ORDERS_}. */
  private static final Set<String> PREFIXES =
      Variables.ALL.stream()
          .map(v -> v.name().substring(0, v.name().indexOf('_') + 1))
          .collect(Collectors.toUnmodifiableSet());

  /** What Kubernetes sets in every container for a Service called, say, {@code orders}. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile("[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_[0-9]+_(TCP|UDP).*)?)");

  /** How else our first words are often written. */
  private static final Map<String, String> OTHER_PREFIXES =
      Map.ofEntries(
          Map.entry("DB_", "DATABASE_"),
          Map.entry("ORDER_", "ORDERS_"),
          Map.entry("WECHAT_PAY_", "WECHATPAY_"),
          Map.entry("WECHAT_", "WECHATPAY_"),
          Map.entry("WX_PAY_", "WECHATPAY_"),
          Map.entry("WXPAY_", "WECHATPAY_"),
          Map.entry("WX_", "WECHATPAY_"));

  /** Names that are too far from ours for a misspelling; with our own prefix. */
  private static final Map<String, String> OTHER_NAMES =
      Map.ofEntries(
          Map.entry("DATABASE_PASS", "DATABASE_PASSWORD"),
          Map.entry("DATABASE_USERNAME", "DATABASE_USER"),
          Map.entry("JDBC_DATABASE_URL", "DATABASE_URL"),
          Map.entry("JDBC_URL", "DATABASE_URL"),
          Map.entry("POSTGRES_URL", "DATABASE_URL"),
          Map.entry("SPRING_DATASOURCE_URL", "DATABASE_URL"),
          Map.entry("WECHATPAY_MCHID", "WECHATPAY_SP_MCHID"),
          Map.entry("WECHATPAY_MCH_ID", "WECHATPAY_SP_MCHID"),
          Map.entry("WECHATPAY_MERCHANT_ID", "WECHATPAY_SP_MCHID"),
          Map.entry("WECHATPAY_SERIAL_NO", "WECHATPAY_CERT_SERIAL_NO"),
          Map.entry("WECHATPAY_MCH_SERIAL_NO", "WECHATPAY_CERT_SERIAL_NO"),
          Map.entry("WECHATPAY_PRIVATE_KEY_PATH", "WECHATPAY_PRIVATE_KEY_FILE"),
          Map.entry("WECHATPAY_PUBLIC_KEY_PATH", "WECHATPAY_PUBLIC_KEY_FILE"));

  /** Shorter names are near to too many others. */
  private static final int LEAST_LENGTH = 8;

  private UnknownNames() {}

  /** A line for each name that is no setting, but has one of our prefixes or is near to one. */
  static List<String> warnings(Collection<String> names) {
    Set<String> unknown = new TreeSet<>(names);
    unknown.removeIf(name -> KNOWN.contains(name) || !isLikeOurs(name));
    Set<String> links = new TreeSet<>(unknown);
    links.removeIf(name -> !SERVICE_LINK.matcher(name).matches());
    unknown.removeAll(links);
    links.removeIf(name -> PREFIXES.stream().noneMatch(name::startsWith));

    List<String> warnings = new ArrayList<>();
    unknown.forEach(name -> warnings.add(warning(name)));
    if (!links.isEmpty()) {
      warnings.add(
          "not settings, probably Kubernetes' service links: "
              + links.stream().map(Fault::shown).collect(Collectors.joining(", ")));
    }
    return warnings;
  }

  private static boolean isLikeOurs(String name) {
    String plain = plain(name);
    return PREFIXES.stream().anyMatch(plain::startsWith)
        || plain.startsWith("WECHAT_PAY_")
        || nearest(plain).isPresent();
  }

  private static String warning(String name) {
    String shown = Fault.shown(name);
    if (name.endsWith("_FILE") && KNOWN.contains(name.substring(0, name.length() - 5))) {
      return shown + ": this setting cannot be given as a file";
    }
    return nearest(plain(name))
        .map(known -> shown + ": there is no such setting; did you mean " + known + "?")
        .orElse(shown + ": there is no such setting");
  }

  /** As our names are spelt. */
  private static String plain(String name) {
    return name.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static Optional<String> nearest(String name) {
    String ours =
        OTHER_PREFIXES.keySet().stream()
            .filter(name::startsWith)
            .max(Comparator.comparingInt(String::length))
            .map(prefix -> OTHER_PREFIXES.get(prefix) + name.substring(prefix.length()))
            .orElse(name);
    if (KNOWN.contains(ours)) {
      return Optional.of(ours);
    }
    return Optional.ofNullable(OTHER_NAMES.get(ours))
        .or(() -> ours.length() < LEAST_LENGTH ? Optional.empty() : NearestName.of(ours, KNOWN));
  }
}
