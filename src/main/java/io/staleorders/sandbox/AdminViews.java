package io.staleorders.sandbox;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;

/** Orders, requests and misbehaviours as JSON. */
final class AdminViews {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private AdminViews() {}

  static ObjectNode order(OrderRecord order) {
    ObjectNode node = NODES.objectNode();
    node.put("out_trade_no", order.outTradeNo());
    node.put("sub_mchid", order.subMchid());
    node.put("trade_state", order.state().name());
    order.closedAt().ifPresent(at -> node.put("closed_at", at.toString()));
    order.closedBy().ifPresent(by -> node.put("closed_by", by));
    node.put("closes_accepted", order.closesAccepted());
    order.paidAt().ifPresent(at -> node.put("paid_at", at.toString()));
    order.transactionId().ifPresent(id -> node.put("transaction_id", id));
    node.put("requests", order.requests());
    return node;
  }

  static ArrayNode requests(List<SeenRequest> requests) {
    ArrayNode list = NODES.arrayNode();
    requests.forEach(request -> list.add(request(request)));
    return list;
  }

  static ArrayNode misbehaviours() {
    ArrayNode list = NODES.arrayNode();
    for (Misbehaviour each : Misbehaviour.values()) {
      list.addObject()
          .put("name", each.name())
          .put("prefix", each.prefix() + "-")
          .put("kind", each.kind().name().toLowerCase(Locale.ROOT))
          .put("does", each.text());
    }
    return list;
  }

  private static ObjectNode request(SeenRequest request) {
    ObjectNode node = NODES.objectNode();
    node.put("at", request.at().toString());
    node.put("operation", request.operation().name().toLowerCase(Locale.ROOT));
    node.put("host", request.backupHost() ? "backup" : "main");
    node.put("out_trade_no", request.outTradeNo());
    node.put("status", request.status());
    node.put("code", request.code());
    node.put("request_id", request.requestId());
    request.misbehaviour().ifPresent(found -> node.put("misbehaviour", found.name()));
    return node;
  }
}
