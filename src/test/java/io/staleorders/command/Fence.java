package io.staleorders.command;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A fenced block of a Markdown document.
 *
 * @param language what stands after the opening fence
 */
record Fence(String language, String text) {
  private static final Pattern FENCE =
      Pattern.compile("^```([a-z]*)\\R(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  /** The blocks of the section whose heading of the second level begins so. */
  static List<Fence> of(String document, String heading) {
    int begin = document.indexOf("\n## " + heading);
    if (begin < 0) {
      return List.of();
    }
    int end = document.indexOf("\n## ", begin + 1);
    return all(document.substring(begin, end < 0 ? document.length() : end));
  }

  /** All blocks that begin at the margin. */
  static List<Fence> all(String document) {
    return FENCE
        .matcher(document)
        .results()
        .map(found -> new Fence(found.group(1), found.group(2)))
        .toList();
  }
}
