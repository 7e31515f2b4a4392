package io.staleorders.sandbox;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Replies that are not the API's. */
final class Bodies {
  private static final int HUGE = 10_000_000;

  /** Where a redirect leads; whoever follows it is counted. */
  static final String ELSEWHERE = "/elsewhere";

  private Bodies() {}

  static Answer gatewayPage() {
    return html(502, "<html><head><title>502 Bad Gateway</title></head><body>502</body></html>");
  }

  static Answer portalPage() {
    return html(200, "<html><body>Welcome to the hotel. Please sign in.</body></html>");
  }

  static Answer redirect() {
    return Answer.redirect(ELSEWHERE);
  }

  static Answer notJson() {
    return json("trade_state=CLOSED");
  }

  static Answer wrongTypes() {
    return json("{\"out_trade_no\":[1],\"sp_mchid\":7,\"sub_mchid\":null,\"trade_state\":{}}");
  }

  static Answer empty() {
    return json("");
  }

  static Answer badUnicode() {
    byte[] head = "{\"trade_state\":\"".getBytes(StandardCharsets.US_ASCII);
    byte[] body = Arrays.copyOf(head, head.length + 4);
    Arrays.fill(body, head.length, head.length + 2, (byte) 0xfe);
    body[head.length + 2] = '"';
    body[head.length + 3] = '}';
    return Answer.raw(200, Answer.JSON_TYPE, body);
  }

  static Answer huge() {
    byte[] body = new byte[HUGE];
    Arrays.fill(body, (byte) ' ');
    byte[] start = "{\"trade_state\":\"CLOSED\"".getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(start, 0, body, 0, start.length);
    body[HUGE - 1] = '}';
    return Answer.raw(200, Answer.JSON_TYPE, body);
  }

  static Answer oddMessage() {
    String message = "a\u0000b\r\n\"c\"\u2028\ud83d\ude00 ".repeat(6000).substring(0, 60_000);
    return Answer.refusal(new Refusal(400, "ODD\nCODE", 268400002, message));
  }

  private static Answer html(int status, String page) {
    return Answer.raw(status, "text/html", page.getBytes(StandardCharsets.UTF_8));
  }

  private static Answer json(String body) {
    return Answer.raw(200, Answer.JSON_TYPE, body.getBytes(StandardCharsets.UTF_8));
  }
}
