package io.staleorders.wechatpay;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Optional;

/** Reads JSON from outside. What is not as it should be is absent, never an exception. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Json() {}

  /** A JSON object, and nothing after it. */
  static Optional<JsonNode> object(byte[] bytes) {
    try {
      return Optional.ofNullable(MAPPER.readTree(bytes)).filter(JsonNode::isObject);
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /** A field of an object, if it is there and a string. */
  static Optional<String> text(JsonNode object, String field) {
    return Optional.ofNullable(object.get(field)).filter(JsonNode::isTextual).map(JsonNode::asText);
  }
}
