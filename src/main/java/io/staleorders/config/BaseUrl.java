package io.staleorders.config;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where WeChat Pay, or its stand-in, is called: scheme, host and port, nothing else. */
final class BaseUrl {
  static final String ALLOWED =
      "a URL of scheme, host and port alone, such as https://api.mch.weixin.qq.com; plain http only"
          + " to a loopback or private address or to a host name without a dot";

  // No digit first: a resolver may take such a name for an address (0x7f000001).
  private static final Pattern SINGLE_LABEL = Pattern.compile("[a-z]([a-z0-9-]*[a-z0-9])?");

  private BaseUrl() {}

  /** The URL in its shortest form, lower case and without a slash at the end. */
  static Optional<URI> read(String text) {
    try {
      URI given = new URI(text);
      if (given.getScheme() == null || given.getHost() == null) {
        return Optional.empty();
      }
      String scheme = given.getScheme().toLowerCase(Locale.ROOT);
      String host = given.getHost().toLowerCase(Locale.ROOT);
      URI plain = new URI(scheme, null, host, given.getPort(), null, null, null);
      return hasNothingElse(given) && isAllowed(scheme, host)
          ? Optional.of(plain)
          : Optional.empty();
    } catch (URISyntaxException notUrl) {
      return Optional.empty();
    }
  }

  private static boolean hasNothingElse(URI uri) {
    return uri.getRawUserInfo() == null
        && uri.getRawQuery() == null
        && uri.getRawFragment() == null
        && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
        && (uri.getPort() == -1 ? !uri.getRawAuthority().endsWith(":") : isPort(uri.getPort()));
  }

  private static boolean isPort(int port) {
    return port >= 1 && port <= 65535;
  }

  private static boolean isAllowed(String scheme, String host) {
    return scheme.equals("https") || (scheme.equals("http") && isNear(host));
  }

  /** Whether traffic to {@code host} cannot leave the private network. */
  private static boolean isNear(String host) {
    try {
      InetAddress address = InetAddress.ofLiteral(host);
      return address.isLoopbackAddress() || address.isSiteLocalAddress() || isUniqueLocal(address);
    } catch (IllegalArgumentException notAnAddress) {
      return SINGLE_LABEL.matcher(host).matches();
    }
  }

  /** IPv6's private range, fc00::/7. */
  private static boolean isUniqueLocal(InetAddress address) {
    return address instanceof Inet6Address && (address.getAddress()[0] & 0xfe) == 0xfc;
  }
}
