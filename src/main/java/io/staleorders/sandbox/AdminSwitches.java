package io.staleorders.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.staleorders.sandbox.PlatformCertificates.ListFault;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/** Every switch of the sandbox as a field of one JSON object. */
final class AdminSwitches {
  private final Sandbox sandbox;

  AdminSwitches(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  ObjectNode show() {
    Faults faults = sandbox.faults();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("everybody", faults.everybody().map(Misbehaviour::name).orElse(""));
    ObjectNode subMerchants = node.putObject("sub_mchids");
    faults.bySubMchid().forEach((mchid, found) -> subMerchants.put(mchid, found.name()));
    node.put("outage", faults.outage());
    node.put("main_host_down", faults.mainHostDown());
    node.put("unsigned_errors", faults.unsignedErrors());
    node.put("reply_delay_ms", faults.replyDelay().toMillis());
    node.put("clock_ahead_seconds", faults.clockAhead().toSeconds());
    double rate = sandbox.rate().perSecond();
    node.put("rate_limit", Double.isInfinite(rate) ? 0 : rate);
    node.put("unknown_are_absent", sandbox.orders().unknownAreAbsent());
    node.put("sign_by_certificate", sandbox.signer().byCertificate());
    node.put("certificate_list", sandbox.certificates().listFault().name());
    return node;
  }

  /**
   * Sets the switches that are named, up to the first that is wrong.
   *
   * @throws IllegalArgumentException if there is no such switch, or it has no such value
   */
  void change(JsonNode named) {
    for (var field : named.properties()) {
      change(field.getKey(), field.getValue());
    }
  }

  void clear() {
    sandbox.faults().clear();
    sandbox.rateLimit(Double.POSITIVE_INFINITY);
    sandbox.orders().unknownAreAbsent(false);
    sandbox.signByCertificate(false);
    sandbox.certificates().listFault(ListFault.NONE);
  }

  /** By its name or prefix, whatever the case; none if the text is empty. */
  static Optional<Misbehaviour> misbehaviour(JsonNode value) {
    String name = value.asText().replace("_", "").toUpperCase(Locale.ROOT);
    return name.isEmpty() ? Optional.empty() : Optional.of(Prefix.named(name));
  }

  private void change(String name, JsonNode value) {
    Faults faults = sandbox.faults();
    switch (name) {
      case "everybody" -> faults.everybody(misbehaviour(value));
      case "sub_mchids" ->
          value
              .properties()
              .forEach(each -> faults.subMerchant(each.getKey(), misbehaviour(each.getValue())));
      case "outage" -> faults.outage(flag(name, value));
      case "main_host_down" -> faults.mainHostDown(flag(name, value));
      case "unsigned_errors" -> faults.unsignedErrors(flag(name, value));
      case "reply_delay_ms" -> faults.replyDelay(Duration.ofMillis(number(name, value)));
      case "clock_ahead_seconds" -> faults.clockAhead(Duration.ofSeconds(number(name, value)));
      case "rate_limit" -> sandbox.rateLimit(rate(name, value));
      case "unknown_are_absent" -> sandbox.orders().unknownAreAbsent(flag(name, value));
      case "sign_by_certificate" -> sandbox.signByCertificate(flag(name, value));
      case "certificate_list" ->
          sandbox.certificates().listFault(ListFault.valueOf(value.asText()));
      default -> throw new IllegalArgumentException("no switch is called " + name);
    }
  }

  private static double rate(String name, JsonNode value) {
    if (!value.isNumber() || value.doubleValue() < 0) {
      throw new IllegalArgumentException(name + " is a number of requests a second, 0 for any");
    }
    return value.doubleValue() == 0 ? Double.POSITIVE_INFINITY : value.doubleValue();
  }

  private static boolean flag(String name, JsonNode value) {
    if (!value.isBoolean()) {
      throw new IllegalArgumentException(name + " is true or false");
    }
    return value.booleanValue();
  }

  private static long number(String name, JsonNode value) {
    if (!value.isNumber()) {
      throw new IllegalArgumentException(name + " is a number");
    }
    return value.longValue();
  }
}
