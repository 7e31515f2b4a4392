package io.staleorders.testkit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.staleorders.config.LogFormat;
import io.staleorders.config.LogSetup;
import io.staleorders.config.Logs;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.IntSupplier;
import org.slf4j.LoggerFactory;

/**
 * What a command did, run in this JVM.
 *
 * @param out all of its standard output: its answer and its log
 */
public record Ran(int exitCode, String out) {
  private static final JsonMapper JSON = new JsonMapper();

  /** Runs it; what it wrote to standard error is a failure, as it must not. */
  public static Ran of(IntSupplier command) {
    PrintStream before = System.out;
    PrintStream errBefore = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int exitCode;
    try (PrintStream newOut = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream newErr = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      System.setOut(newOut);
      System.setErr(newErr);
      exitCode = command.getAsInt();
    } finally {
      System.setOut(before);
      System.setErr(errBefore);
      logAsTestsDo();
    }
    if (err.size() > 0) {
      throw new AssertionError("on standard error: " + err.toString(StandardCharsets.UTF_8));
    }
    return new Ran(exitCode, out.toString(StandardCharsets.UTF_8));
  }

  private static void logAsTestsDo() {
    LogSetup.apply(new Logs(LogFormat.TEXT, org.slf4j.event.Level.DEBUG));
    ((Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME)).setLevel(Level.INFO);
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
