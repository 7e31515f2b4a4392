package io.staleorders.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A request understood: what it asks for, of which order, in whose name.
 *
 * @param outTradeNo empty for {@link Operation#CERTIFICATES}, as are the merchants
 */
record Call(Operation operation, String outTradeNo, String spMchid, String subMchid) {
  static final String CERTIFICATES_PATH = "/v3/certificates";

  private static final Pattern ORDER_PATH =
      Pattern.compile("/v3/pay/partner/transactions/out-trade-no/([^/]+)(/close)?");
  private static final Pattern OUT_TRADE_NO = Pattern.compile("[0-9A-Za-z_\\-|*]{6,32}");
  private static final Pattern MCHID = Pattern.compile("[0-9]{1,32}");

  /** What the path says; the merchants are still to be read. Empty if it is no path of ours. */
  static Optional<Call> at(Incoming request) {
    boolean get = request.method().equals("GET");
    if (get && request.path().equals(CERTIFICATES_PATH)) {
      return Optional.of(new Call(Operation.CERTIFICATES, "", "", ""));
    }
    Matcher matcher = ORDER_PATH.matcher(request.path());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    boolean close = matcher.group(2) != null;
    if (close ? !request.method().equals("POST") : !get) {
      return Optional.empty();
    }
    Operation operation = close ? Operation.CLOSE : Operation.QUERY;
    return Optional.of(new Call(operation, decoded(matcher.group(1)), "", ""));
  }

  /** With the merchants from body or query; empty if it is not of the right form. */
  Optional<Call> withMerchants(Incoming request) {
    Map<String, String> values =
        operation == Operation.CLOSE ? fromBody(request) : fromQuery(request.query());
    String sp = values.getOrDefault("sp_mchid", "");
    String sub = values.getOrDefault("sub_mchid", "");
    boolean wellFormed =
        values.keySet().equals(Set.of("sp_mchid", "sub_mchid"))
            && MCHID.matcher(sp).matches()
            && MCHID.matcher(sub).matches()
            && OUT_TRADE_NO.matcher(outTradeNo).matches();
    return wellFormed ? Optional.of(new Call(operation, outTradeNo, sp, sub)) : Optional.empty();
  }

  private static Map<String, String> fromBody(Incoming request) {
    Map<String, String> values = new HashMap<>();
    if (!request.header("Content-Type").startsWith("application/json")) {
      return values;
    }
    try {
      JsonNode body = Answer.JSON.readTree(request.body());
      body.properties().forEach(field -> values.put(field.getKey(), text(field.getValue())));
    } catch (JsonProcessingException e) {
      values.clear();
    } catch (java.io.IOException e) {
      throw new IllegalStateException("reading from memory", e);
    }
    return values;
  }

  private static String text(JsonNode value) {
    return value.isTextual() ? value.textValue() : "";
  }

  private static Map<String, String> fromQuery(String query) {
    Map<String, String> values = new HashMap<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      values.put(
          equals < 0 ? pair : pair.substring(0, equals),
          equals < 0 ? "" : decoded(pair.substring(equals + 1)));
    }
    return values;
  }

  static String decoded(String text) {
    try {
      return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return ""; // a % without its digits
    }
  }
}
