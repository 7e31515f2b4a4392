package io.staleorders.config;

import io.staleorders.config.UrlParameterRules.Rule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the parameters of a database URL by an allow-list: a misspelt {@code sslmode} must not mean
 * "no TLS". The names of the JDBC driver and those of libpq are taken in either form of the URL.
 */
final class UrlParameters {
  /** Where the login may be given instead of before the host. */
  static final Set<String> LOGIN = Set.of("user", "password");

  private static final Set<String> SECRET = Set.of("password", "sslpassword");

  /** A parameter, its value decoded. */
  record Parameter(String name, String value) {}

  private final Map<String, String> driver = new LinkedHashMap<>();
  private final List<String> problems = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();

  UrlParameters(List<Parameter> parameters) {
    String before = "";
    for (Parameter parameter : parameters) {
      if (!LOGIN.contains(parameter.name())) {
        Optional<Rule> rule = UrlParameterRules.of(parameter.name());
        if (rule.isPresent()) {
          apply(rule.get(), parameter);
        } else {
          problems.add(unknown(parameter.name(), before));
        }
      }
      before = parameter.name();
    }
    useSystemCertificates();
    findContradiction();
  }

  /** The parameters under the driver's names. */
  Map<String, String> driver() {
    return driver;
  }

  /** What is wrong with them, a line each; nothing in them is secret. */
  List<String> problems() {
    return problems;
  }

  /** What is worth a look, a line each. */
  List<String> warnings() {
    return warnings;
  }

  private void apply(Rule rule, Parameter parameter) {
    String name = parameter.name();
    switch (rule) {
      case Rule.Refused refused -> problems.add("parameter " + name + " " + refused.why());
      case Rule.Without() ->
          warnings.add("parameter " + name + " has no counterpart in the JDBC driver: ignored");
      case Rule.Taken taken ->
          taken
              .values()
              .reader()
              .read(parameter.value())
              .ifPresentOrElse(
                  value -> put(taken.name(), value, name),
                  () -> problems.add(wrongValue(parameter, taken.values())));
    }
  }

  private static String wrongValue(Parameter parameter, UrlParameterRules.Values values) {
    String shown = values.shown() ? "='" + Fault.shown(parameter.value()) + "'" : "";
    return "parameter " + parameter.name() + shown + " must be " + values.allowed();
  }

  private void put(String driverName, String value, String givenName) {
    if (driver.getOrDefault(driverName, value).equals(value)) {
      driver.put(driverName, value);
    } else {
      problems.add("parameter " + givenName + " is given twice, with different values");
    }
  }

  private static String unknown(String name, String before) {
    if (SECRET.contains(before)) {
      return "what follows " + before + " is no parameter; & in a value is written %26";
    }
    if (!name.matches("[A-Za-z_.-]{1,40}")) {
      return "a parameter has no valid name; special characters in a value are percent-encoded";
    }
    return NearestName.of(name, UrlParameterRules.names())
        .map(known -> "there is no parameter " + name + "; did you mean " + known + "?")
        .orElse("there is no parameter " + name);
  }

  /** As libpq since version 16: the certificates that the system, here the JVM, trusts. */
  private void useSystemCertificates() {
    if (!driver.getOrDefault("sslrootcert", "").equals("system")) {
      return;
    }
    driver.remove("sslrootcert");
    driver.put("sslfactory", "org.postgresql.ssl.DefaultJavaSSLFactory");
    if (!driver.computeIfAbsent("sslmode", name -> "verify-full").equals("verify-full")) {
      problems.add("parameter sslrootcert=system needs sslmode=verify-full");
    }
    if (driver.containsKey("sslkey")) {
      problems.add("parameter sslrootcert=system cannot be combined with sslkey");
    }
  }

  /** The driver goes by sslmode, whatever ssl says. */
  private void findContradiction() {
    String mode = driver.getOrDefault("sslmode", "require");
    if (driver.getOrDefault("ssl", "false").equals("true")
        && Set.of("disable", "allow", "prefer").contains(mode)) {
      problems.add("parameter ssl=true contradicts sslmode=" + mode);
    }
  }
}
