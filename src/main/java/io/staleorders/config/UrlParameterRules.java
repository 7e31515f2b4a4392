package io.staleorders.config;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is done with each parameter of a database URL: all of the JDBC driver's ({@code
 * org.postgresql.PGProperty}) and of libpq's.
 */
final class UrlParameterRules {
  /** What is done with a parameter. */
  sealed interface Rule {
    /** Given to the driver as {@code name}, where {@code values} has the value. */
    record Taken(String name, Values values) implements Rule {}

    /** A fault, because of this. */
    record Refused(String why) implements Rule {}

    /** Left out with a warning: of libpq, and without a counterpart. */
    record Without() implements Rule {}
  }

  /**
   * Values of a parameter.
   *
   * @param allowed in words
   * @param shown whether a wrong value may be shown
   * @param reader the driver's value; empty where it is not allowed
   */
  record Values(String allowed, boolean shown, Kind<String> reader) {
    static Values of(String allowed, Function<String, Optional<String>> reader) {
      return new Values(allowed, true, new Kind<>(allowed, reader));
    }

    /** These, case does not count. */
    static Values oneOf(String... values) {
      return of(
          "one of " + String.join(", ", values),
          text -> Stream.of(values).filter(value -> value.equalsIgnoreCase(text)).findFirst());
    }

    static Values matching(String allowed, String regex) {
      Pattern pattern = Pattern.compile(regex);
      return of(allowed, text -> Optional.of(text).filter(pattern.asMatchPredicate()));
    }

    static Values number(int least, int most) {
      Kind<Integer> number = Kinds.number(least, most);
      return of(number.allowed(), text -> number.read(text).map(n -> Integer.toString(n)));
    }

    /** libpq's words, and the driver's for each. */
    static Values mapped(Map<String, String> words) {
      return of(
          "one of " + words.keySet().stream().sorted().collect(Collectors.joining(", ")),
          text -> Optional.ofNullable(words.get(text.toLowerCase(Locale.ROOT))));
    }

    Values hidden() {
      return new Values(allowed, false, reader);
    }
  }

  private static final Values FLAG = Values.oneOf("true", "false");
  private static final Values SECONDS = Values.number(1, 60);
  private static final Values MILLIS = Values.number(1, 60_000);
  private static final Values BYTES = Values.number(1, 100_000_000);
  private static final Values FILE = Values.matching("the path of a file", "[^\\p{Cntrl}]{1,1000}");
  private static final Values WORD = Values.matching("a single word", "[0-9A-Za-z._:/-]{1,100}");
  private static final Values LOGINS =
      Values.matching(
          "a comma-separated list of scram-sha-256, md5, password, gss, sspi, none, or all of them"
              + " with ! before",
          "(!?)(scram-sha-256|md5|password|gss|sspi|none)(,\\1(scram-sha-256|md5|password|gss|sspi|none))*");
  private static final Values SERVER =
      Values.of(
          "primary, preferPrimary or any: the service writes",
          text ->
              Stream.of("primary", "preferPrimary", "any")
                  .filter(value -> value.equalsIgnoreCase(text))
                  .findFirst()
                  .or(
                      () ->
                          text.equalsIgnoreCase("master")
                              ? Optional.of("primary")
                              : Optional.empty()));

  private static final String LOADS_CLASSES = "loads classes by name, which is not allowed here";
  private static final String NO_KERBEROS = "Kerberos logins are not supported";
  private static final String WRITES_FILES =
      "writes a log of the driver's own; the service logs to standard output, see LOG_LEVEL";
  private static final String OWN_SQL =
      "changes how statements run, on which the service's guarantees rest";
  private static final String OWN_SESSION =
      "changes the session, on which the service's guarantees rest";
  private static final String IN_URL = "is given by the URL itself";
  private static final String WEAKER = "cannot be honoured by the JDBC driver";

  private static final Map<String, Rule> RULES = rules();

  private UrlParameterRules() {}

  private static Map<String, Rule> rules() {
    Map<String, Rule> rules = new LinkedHashMap<>();
    take(rules, FLAG, "tcpKeepAlive", "tcpNoDelay", "loadBalanceHosts", "logServerErrorDetail");
    take(rules, SECONDS, "connectTimeout", "loginTimeout", "cancelSignalTimeout");
    take(rules, Values.number(10, 60), "socketTimeout");
    take(rules, Values.number(0, 3600), "hostRecheckSeconds");
    take(rules, MILLIS, "sslResponseTimeout", "gssResponseTimeout");
    take(rules, BYTES, "receiveBufferSize", "sendBufferSize", "maxSendBufferSize");
    take(rules, Values.number(1, 100_000_000), "scramMaxIterations");
    take(
        rules,
        Values.matching("at most 64 printable characters", "[^\\p{C}]{1,64}"),
        "ApplicationName");
    take(
        rules,
        Values.matching("a version such as 14", "[0-9]{1,2}(\\.[0-9]{1,2}){0,2}"),
        "assumeMinServerVersion");
    take(rules, Values.oneOf("disable", "prefer", "require"), "channelBinding");
    take(rules, Values.oneOf("disable", "allow", "prefer", "require"), "gssEncMode");
    take(rules, SERVER, "targetServerType");
    take(rules, LOGINS, "requireAuth");
    take(
        rules,
        Values.of(
            "true or false",
            text -> text.isEmpty() ? Optional.of("true") : FLAG.reader().read(text)),
        "ssl");
    take(
        rules,
        Values.oneOf("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
        "sslmode");
    take(rules, Values.oneOf("postgres", "direct"), "sslNegotiation");
    take(rules, FILE, "sslcert", "sslkey", "sslrootcert");
    take(rules, Values.of("a text", Optional::of).hidden(), "sslpassword");
    take(rules, Values.oneOf("RSA", "EC"), "pemKeyAlgorithm");
    take(rules, WORD, "localSocketAddress");

    fix(rules, "0", "prepareThreshold");
    fix(rules, "false", "adaptiveFetch", "allowEncodingChanges", "cleanupSavepoints");
    fix(rules, "false", "convertBooleanToNumeric", "disableColumnSanitiser");
    fix(rules, "false", "groupStartupParameters", "hideUnprivilegedObjects");
    fix(rules, "false", "logUnclosedConnections", "readOnly", "reWriteBatchedInserts");
    fix(rules, "true", "binaryTransfer", "flushCacheOnDdl", "quoteReturningIdentifiers");
    fix(rules, "never", "autosave");
    fix(rules, "extended", "preferQueryMode");
    fix(rules, "varchar", "stringtype");
    fix(rules, "select", "escapeSyntaxCallMode");
    fix(rules, "3", "protocolVersion");

    refuse(
        rules,
        LOADS_CLASSES,
        "authenticationPluginClassName",
        "classLoaderStrategy",
        "connectExecutor",
        "connectExecutorArg",
        "socketFactory",
        "socketFactoryArg",
        "sslfactory",
        "sslfactoryarg",
        "sslhostnameverifier",
        "sslpasswordcallback",
        "xmlFactoryFactory");
    refuse(
        rules,
        NO_KERBEROS,
        "gsslib",
        "gssUseDefaultCreds",
        "jaasApplicationName",
        "jaasLogin",
        "kerberosServerName",
        "sspiServiceClass",
        "useSpnego");
    refuse(rules, WRITES_FILES, "loggerFile", "loggerLevel");
    refuse(
        rules,
        OWN_SQL,
        "adaptiveFetchMaximum",
        "adaptiveFetchMinimum",
        "binaryTransferDisable",
        "binaryTransferEnable",
        "databaseMetadataCacheFields",
        "databaseMetadataCacheFieldsMiB",
        "defaultRowFetchSize",
        "maxResultBuffer",
        "preparedStatementCacheQueries",
        "preparedStatementCacheSizeMiB",
        "queryTimeout",
        "reWriteBatchedInsertsSize",
        "unknownLength");
    refuse(rules, OWN_SESSION + "; set ORDERS_TABLE=schema.table instead", "currentSchema");
    refuse(rules, OWN_SESSION + "; ALTER ROLE … SET serves for the role", "options");
    refuse(rules, OWN_SESSION, "readOnlyMode", "replication");
    refuse(rules, IN_URL, "PGHOST", "PGPORT", "PGDBNAME", "service");

    map(rules, "application_name", "ApplicationName");
    map(rules, "connect_timeout", "connectTimeout");
    map(rules, "channel_binding", "channelBinding");
    map(rules, "require_auth", "requireAuth");
    map(rules, "gssencmode", "gssEncMode");
    map(rules, "sslnegotiation", "sslNegotiation");
    rules.put(
        "keepalives",
        new Rule.Taken("tcpKeepAlive", Values.mapped(Map.of("0", "false", "1", "true"))));
    rules.put(
        "load_balance_hosts",
        new Rule.Taken(
            "loadBalanceHosts", Values.mapped(Map.of("disable", "false", "random", "true"))));
    rules.put(
        "target_session_attrs",
        new Rule.Taken(
            "targetServerType",
            Values.mapped(Map.of("any", "any", "read-write", "primary", "primary", "primary"))));
    refuse(rules, IN_URL, "host", "hostaddr", "port", "dbname");
    refuse(rules, "is not read: set DATABASE_PASSWORD_FILE", "passfile");
    refuse(
        rules,
        WEAKER,
        "requirepeer",
        "requiressl",
        "sslcrl",
        "sslcrldir",
        "ssl_max_protocol_version",
        "ssl_min_protocol_version");
    Stream.of(
            "client_encoding",
            "fallback_application_name",
            "gssdelegation",
            "keepalives_count",
            "keepalives_idle",
            "keepalives_interval",
            "krbsrvname",
            "max_protocol_version",
            "min_protocol_version",
            "sslcertmode",
            "sslcompression",
            "sslsni",
            "tcp_user_timeout")
        .forEach(name -> rules.put(name, new Rule.Without()));
    return rules;
  }

  private static void take(Map<String, Rule> rules, Values values, String... names) {
    Stream.of(names).forEach(name -> rules.put(name, new Rule.Taken(name, values)));
  }

  /** Only this value, which is the service's own. */
  private static void fix(Map<String, Rule> rules, String value, String... names) {
    Values only =
        Values.of(
            "left out or " + value + ": another value " + OWN_SQL,
            text -> Optional.of(text).filter(given -> given.equalsIgnoreCase(value)));
    take(rules, only, names);
  }

  private static void refuse(Map<String, Rule> rules, String why, String... names) {
    Stream.of(names).forEach(name -> rules.put(name, new Rule.Refused(why)));
  }

  private static void map(Map<String, Rule> rules, String libpq, String driver) {
    rules.put(libpq, Optional.ofNullable(rules.get(driver)).orElseThrow());
  }

  /** What is done with the parameter of this name, if there is one. */
  static Optional<Rule> of(String name) {
    return Optional.ofNullable(RULES.get(name));
  }

  /** The names of all parameters there are. */
  static Set<String> names() {
    return RULES.keySet();
  }
}
