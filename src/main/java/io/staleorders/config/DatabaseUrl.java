package io.staleorders.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the database is, read from a JDBC URL or from the form that PostgreSQL's own tools take.
 *
 * @param jdbc as the driver takes it, without user and password
 * @param shown host, port and database alone: no parameter, so no secret
 */
record DatabaseUrl(Secret jdbc, String shown, Optional<String> user, Optional<Secret> password) {

  static final String ALLOWED =
      "jdbc:postgresql://host:port/database or postgres://user:password@host:port/database, the"
          + " latter with special characters percent-encoded; parameters may follow";

  private static final Pattern FORM =
      Pattern.compile(
          "(?<scheme>jdbc:postgresql|postgres|postgresql)://"
              + "((?<login>[^/?#]*)@)?(?<hosts>[^/?#@]+)/(?<database>[^/?#@]+)(\\?(?<parameters>[^#]*))?");
  private static final Pattern HOST =
      Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[0-9A-Za-z._-]+)(:(?<port>[0-9]{1,5}))?");

  /** Parameters that PostgreSQL's tools and the JDBC driver spell differently. */
  private static final Map<String, String> DRIVER_NAMES =
      Map.of(
          "application_name", "ApplicationName",
          "connect_timeout", "connectTimeout",
          "channel_binding", "channelBinding");

  private record Parameter(String name, String value) {
    static Parameter of(String text) {
      int equals = text.indexOf('=');
      return equals < 0
          ? new Parameter(text, "")
          : new Parameter(text.substring(0, equals), text.substring(equals + 1));
    }

    boolean isLogin() {
      return name.equals("user") || name.equals("password");
    }

    String text() {
      return name + "=" + value;
    }
  }

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

  private static DatabaseUrl of(String login, String place, List<Parameter> parameters) {
    int colon = login.indexOf(':');
    String user = colon < 0 ? login : login.substring(0, colon);
    String password = colon < 0 ? "" : login.substring(colon + 1);
    List<String> others =
        parameters.stream().filter(p -> !p.isLogin()).map(Parameter::text).toList();
    // The driver reads '+' as a space in a parameter, and so do we; in a login it is a plus.
    return new DatabaseUrl(
        new Secret(others.isEmpty() ? place : place + "?" + String.join("&", others)),
        decoded(plain(place)),
        given(plain(user)).or(() -> last(parameters, "user")),
        given(plain(password)).or(() -> last(parameters, "password")).map(Secret::new));
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
    List<Parameter> parameters = new ArrayList<>();
    for (String part : query.split("&", -1)) {
      if (!part.isEmpty()) {
        Parameter given = Parameter.of(forDriver(part, jdbc));
        String name = jdbc ? given.name() : DRIVER_NAMES.getOrDefault(given.name(), given.name());
        parameters.add(new Parameter(name, given.value()));
      }
    }
    return parameters;
  }

  private static Optional<String> last(List<Parameter> parameters, String name) {
    return parameters.stream()
        .filter(p -> p.name().equals(name))
        .reduce((first, second) -> second)
        .flatMap(p -> given(p.value()));
  }

  private static Optional<String> given(String encoded) {
    return encoded.isEmpty() ? Optional.empty() : Optional.of(decoded(encoded));
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
