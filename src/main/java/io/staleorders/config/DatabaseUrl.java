package io.staleorders.config;

import io.staleorders.config.UrlParameters.Parameter;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the database is, read from a JDBC URL or from the form that PostgreSQL's own tools take.
 *
 * @param jdbc as the driver takes it, without user and password
 * @param shown host, port and database alone: no parameter, so no secret
 * @param problems what is wrong with its parameters, a line each; nothing in them is secret
 * @param warnings what is worth a look, likewise
 */
record DatabaseUrl(
    Secret jdbc,
    String shown,
    Optional<String> user,
    Optional<Secret> password,
    List<String> problems,
    List<String> warnings) {

  static final String ALLOWED =
      "jdbc:postgresql://host:port/database or postgres://user:password@host:port/database, the"
          + " latter with special characters percent-encoded; parameters may follow";

  private static final String SEVERAL_HOSTS =
      "several hosts, and nothing says which one is written to: after a failover the service may"
          + " stay with one that is read-only; add targetServerType=primary, or"
          + " target_session_attrs=read-write";

  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>jdbc:postgresql|postgres|postgresql)://"
              + "((?<login>[^/?#]*)@)?(?<hosts>[^/?#@]+)/(?<database>[^/?#@]+)(\\?(?<parameters>[^#]*))?");
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._-]+)(:(?<port>[0-9]{1,5}))?");

  static Optional<DatabaseUrl> read(String text) {
    Matcher url = FORM.matcher(text);
    if (!url.matches()
        || !Stream.of(url.group("hosts").split(",", -1)).allMatch(DatabaseUrl::isHost)) {
      return Optional.empty();
    }
    boolean jdbc = url.group("scheme").startsWith("jdbc:");
    try {
      return Optional.of(
          of(
              Optional.ofNullable(url.group("login")).orElse(""),
              "jdbc:postgresql://"
                  + url.group("hosts")
                  + "/"
                  + forDriver(url.group("database"), jdbc),
              parameters(Optional.ofNullable(url.group("parameters")).orElse(""), jdbc)));
    } catch (IllegalArgumentException badEscape) {
      return Optional.empty();
    }
  }

  private static DatabaseUrl of(String login, String place, List<Parameter> given) {
    int colon = login.indexOf(':');
    String user = colon < 0 ? login : login.substring(0, colon);
    String password = colon < 0 ? "" : login.substring(colon + 1);
    UrlParameters parameters = new UrlParameters(given);
    List<String> problems = new ArrayList<>(parameters.problems());
    problems.addAll(TlsFiles.problems(parameters.driver()));
    List<String> warnings = new ArrayList<>(parameters.warnings());
    if (place.contains(",")
        && parameters.driver().getOrDefault("targetServerType", "any").equals("any")) {
      warnings.add(SEVERAL_HOSTS);
    }
    return new DatabaseUrl(
        new Secret(place + query(parameters.driver())),
        decoded(plain(place)),
        decodedLogin(user).or(() -> last(given, "user")),
        decodedLogin(password).or(() -> last(given, "password")).map(Secret::new),
        List.copyOf(problems),
        List.copyOf(warnings));
  }

  private static String query(Map<String, String> parameters) {
    return parameters.isEmpty()
        ? ""
        : parameters.entrySet().stream()
            .map(p -> p.getKey() + "=" + URLEncoder.encode(p.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&", "?", ""));
  }

  private static boolean isHost(String text) {
    Matcher host = HOST.matcher(text);
    if (!host.matches()) {
      return false;
    }
    int port = Optional.ofNullable(host.group("port")).map(Integer::parseInt).orElse(5432);
    return port >= 1 && port <= 65535;
  }

  private static List<Parameter> parameters(String query, boolean jdbc) {
    return Stream.of(query.split("&", -1))
        .filter(part -> !part.isEmpty())
        .map(part -> forDriver(part, jdbc))
        .map(DatabaseUrl::parameter)
        .toList();
  }

  private static Parameter parameter(String text) {
    int equals = text.indexOf('=');
    return equals < 0
        ? new Parameter(text, "")
        : new Parameter(text.substring(0, equals), decoded(text.substring(equals + 1)));
  }

  private static Optional<String> last(List<Parameter> parameters, String name) {
    return parameters.stream()
        .filter(p -> p.name().equals(name))
        .map(Parameter::value)
        .filter(value -> !value.isEmpty())
        .reduce((first, second) -> second);
  }

  /** In a login, '+' is a plus. */
  private static Optional<String> decodedLogin(String encoded) {
    return Optional.of(decoded(plain(encoded))).filter(text -> !text.isEmpty());
  }

  /** The driver reads '+' as a space everywhere, PostgreSQL's own form nowhere. */
  private static String forDriver(String encoded, boolean jdbc) {
    return jdbc ? encoded : plain(encoded);
  }

  private static String plain(String encoded) {
    return encoded.replace("+", "%2B");
  }

  private static String decoded(String encoded) {
    return URLDecoder.decode(encoded, StandardCharsets.UTF_8);
  }
}
