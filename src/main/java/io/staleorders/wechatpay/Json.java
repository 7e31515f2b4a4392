package io.staleorders.wechatpay;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads JSON from outside. What is not as it should be is absent, never an exception. */
final class Json {
  /** The fields of a response about an order that are read; all others may be anything. */
  private static final Set<String> FIELDS =
      Set.of(
          "code",
          "message",
          "out_trade_no",
          "sp_mchid",
          "sub_mchid",
          "trade_state",
          "transaction_id",
          "success_time");

  /** Characters of a value that are kept: more than any of these fields may have. */
  private static final int MAX_VALUE = 4_096;

  private static final int MAX_DEPTH = 10_000;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** Lenient: an odd value of a field that nobody reads must not hide the others. */
  private static final JsonFactory LENIENT =
      JsonFactory.builder()
          .enable(JsonReadFeature.ALLOW_UNESCAPED_CONTROL_CHARS)
          .enable(JsonReadFeature.ALLOW_BACKSLASH_ESCAPING_ANY_CHARACTER)
          .enable(JsonReadFeature.ALLOW_LEADING_ZEROS_FOR_NUMBERS)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(LargeBodies.MAX)
                  .maxNameLength(LargeBodies.MAX)
                  .build())
          .build();

  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private Json() {}

  /** A JSON object, and nothing after it. */
  static Optional<JsonNode> object(byte[] bytes) {
    try {
      return Optional.ofNullable(MAPPER.readTree(bytes)).filter(JsonNode::isObject);
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  /**
   * The fields of a JSON object that are read, as far as they are strings; absent if the bytes are
   * not one JSON object. A field that occurs twice with different values is left out. Takes no
   * memory in proportion to the object, and what is not UTF-8 is read as U+FFFD.
   */
  static Optional<Map<String, String>> texts(byte[] bytes) {
    int start = startsWithByteOrderMark(bytes) ? BYTE_ORDER_MARK.length : 0;
    ByteArrayInputStream in = new ByteArrayInputStream(bytes, start, bytes.length - start);
    try (JsonParser parser = LENIENT.createParser(new InputStreamReader(in, UTF_8))) {
      return parser.nextToken() == JsonToken.START_OBJECT ? texts(parser) : Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.empty();
    }
  }

  private static Optional<Map<String, String>> texts(JsonParser parser) throws IOException {
    Map<String, String> texts = new HashMap<>();
    Set<String> ambiguous = new HashSet<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken token = parser.nextToken();
      if (token == JsonToken.VALUE_STRING && FIELDS.contains(name)) {
        String value = bounded(parser.getText());
        String before = texts.putIfAbsent(name, value);
        if (before != null && !before.equals(value)) {
          ambiguous.add(name);
        }
      } else {
        parser.skipChildren();
      }
    }
    texts.keySet().removeAll(ambiguous);
    return parser.nextToken() == null ? Optional.of(texts) : Optional.empty();
  }

  private static String bounded(String value) {
    return value.length() <= MAX_VALUE ? value : value.substring(0, MAX_VALUE);
  }

  private static boolean startsWithByteOrderMark(byte[] bytes) {
    return bytes.length >= BYTE_ORDER_MARK.length
        && bytes[0] == BYTE_ORDER_MARK[0]
        && bytes[1] == BYTE_ORDER_MARK[1]
        && bytes[2] == BYTE_ORDER_MARK[2];
  }

  /** A field of an object, if it is there and a string. */
  static Optional<String> text(JsonNode object, String field) {
    return Optional.ofNullable(object.get(field)).filter(JsonNode::isTextual).map(JsonNode::asText);
  }
}
