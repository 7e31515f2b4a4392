package io.staleorders.wechatpay;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import okhttp3.HttpUrl;

/**
 * Where WeChat Pay is.
 *
 * @param base scheme, host and port of the main host, without a path
 * @param backup the same of the backup host, if it is to be used
 * @param timeout of one request, from looking up the host to the last byte of the reply
 */
public record Endpoints(URI base, Optional<URI> backup, Duration timeout) {

  /**
   * @throws IllegalArgumentException if an address has more to it than scheme, host and port, or if
   *     the timeout is not positive
   */
  public Endpoints {
    origin(base);
    backup.ifPresent(Endpoints::origin);
    if (!timeout.isPositive()) {
      throw new IllegalArgumentException("the timeout must be positive: " + timeout);
    }
  }

  HttpUrl main() {
    return origin(base);
  }

  Optional<HttpUrl> spare() {
    return backup.map(Endpoints::origin);
  }

  private static HttpUrl origin(URI address) {
    HttpUrl url = HttpUrl.parse(address.toString());
    if (url == null || !url.equals(url.resolve("/")) || !url.encodedUsername().isEmpty()) {
      throw new IllegalArgumentException(
          "an address of WeChat Pay is http(s)://host or http(s)://host:port, nothing more");
    }
    return url;
  }
}
