package io.staleorders.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/**
 * What a command did, run in this JVM.
 *
 * @param out all of its standard output: its answer and its log
 */
public record Ran(int exitCode, String out) {
  private static final JsonMapper JSON = new JsonMapper();

  /**
   * Runs it; what it wrote to standard error is a failure, as it must not.
   *
   * @param command is given its standard output; returns its exit code
   */
  public static Ran of(ToIntFunction<PrintStream> command) {
    AtomicInteger exitCode = new AtomicInteger();
    CapturedOutput captured = CapturedOutput.of(out -> exitCode.set(command.applyAsInt(out)));
    if (!captured.err().isEmpty()) {
      throw new AssertionError("on standard error: " + captured.err());
    }
    return new Ran(exitCode.get(), captured.out());
  }

  /** The lines that it printed. */
  public List<String> lines() {
    return out.lines().toList();
  }

  /** The lines of its log: those that are JSON objects. */
  public List<JsonNode> log() {
    return out.lines().filter(line -> line.startsWith("{\"")).map(Ran::json).toList();
  }

  /** The lines of its log of one event. */
  public List<JsonNode> log(String event) {
    return log().stream().filter(line -> line.path("event").asText().equals(event)).toList();
  }

  /** All that it printed, as one JSON object. */
  public JsonNode json() {
    return json(out);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }
}
