package io.staleorders.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Bytes that came back, read as HTTP.
 *
 * @param ending how the connection ended: {@code end}, {@code timeout} or {@code reset}
 * @param head status line and headers, as sent
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RawReply(String ending, String head, byte[] body) {

  static RawReply of(byte[] bytes, String ending) {
    int blank = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\r\n\r\n");
    int end = blank < 0 ? bytes.length : blank;
    return new RawReply(
        ending,
        new String(bytes, 0, end, StandardCharsets.ISO_8859_1),
        Arrays.copyOfRange(bytes, Math.min(bytes.length, end + 4), bytes.length));
  }

  /** The status; 0 if this is no whole HTTP reply. */
  int status() {
    int promised = Integer.parseInt(headers().getOrDefault("Content-Length", "0"));
    boolean whole = head.startsWith("HTTP/1.1 ") && ending.equals("end") && body.length == promised;
    return whole ? Integer.parseInt(head.substring(9, 12)) : 0;
  }

  /** In the letters in which they were sent. */
  Map<String, String> headers() {
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line : head.split("\r\n", -1)) {
      int colon = line.indexOf(": ");
      if (colon > 0) {
        headers.put(line.substring(0, colon), line.substring(colon + 2));
      }
    }
    return headers;
  }

  String header(String name) {
    return headers().getOrDefault(name, "");
  }

  /** The code of an error, or the state of an order; empty if the body has neither. */
  String says() {
    String code = field("code");
    return code.isEmpty() ? field("trade_state") : code;
  }

  String field(String name) {
    try {
      return Answer.JSON.readTree(text()).path(name).asText("");
    } catch (JsonProcessingException e) {
      return "";
    }
  }

  String text() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
