package io.staleorders.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The sandbox by hand, under {@code /sandbox}: what WeChat Pay does not have. Everything it says
 * and takes is JSON; nobody is asked who they are.
 */
final class Admin {
  private static final Pattern ORDER = Pattern.compile("/sandbox/orders/([^/]+)(/pay|/next)?");
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final Sandbox sandbox;
  private final AdminSwitches switches;

  Admin(Sandbox sandbox) {
    this.sandbox = sandbox;
    this.switches = new AdminSwitches(sandbox);
  }

  Answer answer(Incoming request) {
    try {
      Matcher order = ORDER.matcher(request.path());
      return order.matches()
          ? aboutOrder(
              request, Call.decoded(order.group(1)), Optional.ofNullable(order.group(2)).orElse(""))
          : aboutSandbox(request);
    } catch (IllegalArgumentException e) {
      return wrong(e.getMessage() == null ? "wrong value" : e.getMessage());
    } catch (IOException e) {
      return wrong("not JSON");
    }
  }

  private Answer aboutSandbox(Incoming request) throws IOException {
    return switch (request.method() + " " + request.path()) {
      case "GET /sandbox" -> Answer.json(overview());
      case "GET /sandbox/orders" -> Answer.json(orders(request.query()));
      case "GET /sandbox/requests" -> Answer.json(AdminViews.requests(sandbox.requests()));
      case "GET /sandbox/faults" -> Answer.json(switches.show());
      case "PUT /sandbox/faults" -> {
        switches.change(Answer.JSON.readTree(request.body()));
        yield Answer.json(switches.show());
      }
      case "DELETE /sandbox/faults" -> {
        switches.clear();
        yield Answer.json(switches.show());
      }
      case "POST /sandbox/certificates/rotate" -> {
        sandbox.certificates().rotate();
        yield Answer.json(overview());
      }
      case "POST /sandbox/certificates/retire" -> {
        sandbox.certificates().retireOld();
        yield Answer.json(overview());
      }
      default -> noSuchThing(request);
    };
  }

  private Answer aboutOrder(Incoming request, String outTradeNo, String what) throws IOException {
    return switch (request.method() + what) {
      case "GET" ->
          sandbox
              .orders()
              .find(outTradeNo)
              .map(found -> Answer.json(orderWithRequests(found)))
              .orElseGet(() -> noSuchThing(request));
      case "PUT" -> {
        JsonNode body = Answer.JSON.readTree(request.body());
        boolean placed = sandbox.place(outTradeNo, body.path("sub_mchid").asText());
        yield Answer.json(NODES.objectNode().put("placed", placed));
      }
      case "POST/pay" -> Answer.json(NODES.objectNode().put("paid", sandbox.pay(outTradeNo)));
      case "PUT/next" -> {
        List<Optional<Misbehaviour>> next = new ArrayList<>();
        Answer.JSON
            .readTree(request.body())
            .forEach(each -> next.add(AdminSwitches.misbehaviour(each)));
        sandbox.faults().nextReplies(outTradeNo, next);
        yield Answer.json(NODES.objectNode().put("next", next.size()));
      }
      default -> noSuchThing(request);
    };
  }

  private ObjectNode overview() {
    ObjectNode node = NODES.objectNode();
    node.put("sp_mchid", sandbox.keys().spMchid());
    node.put("public_key_id", sandbox.keys().publicKeyId());
    ArrayNode serials = node.putArray("platform_certificates");
    sandbox.certificates().serials().forEach(serials::add);
    ObjectNode counts = node.putObject("counts");
    for (Counter counter : Counter.values()) {
      counts.put(counter.name().toLowerCase(Locale.ROOT), sandbox.count(counter));
    }
    node.set("faults", switches.show());
    node.set("misbehaviours", AdminViews.misbehaviours());
    return node;
  }

  private ArrayNode orders(String query) {
    Optional<OrderState> state =
        query.startsWith("state=")
            ? Optional.of(OrderState.valueOf(query.substring("state=".length())))
            : Optional.empty();
    ArrayNode list = NODES.arrayNode();
    sandbox.orders().all().stream()
        .filter(order -> state.isEmpty() || state.get() == order.state())
        .map(AdminViews::order)
        .forEach(list::add);
    return list;
  }

  private ObjectNode orderWithRequests(OrderRecord found) {
    ObjectNode node = AdminViews.order(found);
    node.set("latest_requests", AdminViews.requests(sandbox.requests(found.outTradeNo())));
    return node;
  }

  private static Answer noSuchThing(Incoming request) {
    return Answer.refusal(
        new Refusal(404, "NOT_FOUND", 0, request.method() + " " + request.path()));
  }

  private static Answer wrong(String message) {
    return Answer.refusal(new Refusal(400, "PARAM_ERROR", 0, message));
  }
}
