package io.staleorders.sandbox;

import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;

/**
 * A request as it came.
 *
 * @param target path and query, as sent
 * @param requestId of the reply to come, without the number
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Incoming(
    boolean backupHost,
    String method,
    String target,
    HttpFields headers,
    byte[] body,
    String requestId) {

  /** A header's value, empty if there is none. */
  String header(String name) {
    return Optional.ofNullable(headers.get(name)).orElse("");
  }

  /** The target without its query. */
  String path() {
    int question = target.indexOf('?');
    return question < 0 ? target : target.substring(0, question);
  }

  /** The query, empty if there is none. */
  String query() {
    int question = target.indexOf('?');
    return question < 0 ? "" : target.substring(question + 1);
  }
}
