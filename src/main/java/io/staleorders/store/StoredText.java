package io.staleorders.store;

import java.util.Optional;
import org.jdbi.v3.core.Handle;

/**
 * Text from outside as the server can store it: a database that is not in UTF-8 gets every
 * character beyond ASCII as {@code \}{@code uXXXX}, since one that it cannot hold fails the whole
 * statement.
 */
final class StoredText {
  private volatile Optional<Boolean> isUtf8 = Optional.empty();

  /** The texts for the database of this connection; its encoding is asked for once. */
  StoredText in(Handle handle) {
    if (isUtf8.isEmpty()) {
      isUtf8 =
          handle
              .createQuery("SELECT pg_catalog.current_setting('server_encoding') = 'UTF8'")
              .mapTo(Boolean.class)
              .findOne();
    }
    return this;
  }

  String of(String text) {
    if (isUtf8.orElse(false) || text.chars().allMatch(c -> c < 0x80)) {
      return text;
    }
    StringBuilder escaped = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      escaped.append(c < 0x80 ? String.valueOf(c) : "\\u" + hex(c));
    }
    return escaped.toString();
  }

  private static String hex(char c) {
    return Integer.toHexString(0x10000 + c).substring(1);
  }
}
