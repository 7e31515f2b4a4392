package io.staleorders.sandbox;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/**
 * A reply before it is signed.
 *
 * @param contentType empty for none
 * @param location of a redirect, else empty
 * @param code the error code, else empty
 * @param number the end of {@code Request-ID}
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Answer(
    int status, String contentType, byte[] body, String location, String code, long number) {
  static final ObjectMapper JSON = new ObjectMapper();
  static final String JSON_TYPE = "application/json; charset=utf-8";

  static Answer noContent() {
    return new Answer(204, "", new byte[0], "", "", 0);
  }

  static Answer json(JsonNode body) {
    return new Answer(200, JSON_TYPE, bytes(body), "", "", 0);
  }

  static Answer raw(int status, String contentType, byte[] body) {
    return new Answer(status, contentType, body, "", "", 0);
  }

  static Answer redirect(String location) {
    return new Answer(307, "", new byte[0], location, "", 0);
  }

  static Answer refusal(Refusal refusal) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("code", refusal.code());
    body.put("message", refusal.message());
    if (refusal.status() == 401) {
      body.putObject("detail")
          .put("location", "authorization")
          .putObject("detail")
          .put("issue", refusal.message());
    }
    return new Answer(
        refusal.status(), JSON_TYPE, bytes(body), "", refusal.code(), refusal.number());
  }

  static byte[] bytes(JsonNode node) {
    try {
      return JSON.writeValueAsString(node).getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of JSON can be written", e);
    }
  }
}
