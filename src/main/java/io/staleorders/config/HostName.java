package io.staleorders.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;

/** What this machine is called. */
final class HostName {
  private HostName() {}

  static String of(Map<String, String> environment) {
    return Optional.ofNullable(environment.get("HOSTNAME"))
        .flatMap(Kinds.NAME::read)
        .or(HostName::local)
        .orElse("unknown");
  }

  private static Optional<String> local() {
    try {
      return Kinds.NAME.read(InetAddress.getLocalHost().getHostName());
    } catch (UnknownHostException nameless) {
      return Optional.empty();
    }
  }
}
