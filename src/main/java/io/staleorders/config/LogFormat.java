package io.staleorders.config;

/** What a line of the log looks like. */
public enum LogFormat {
  /** One JSON object a line, for machines. */
  JSON,
  /** Aligned text, for people. */
  TEXT
}
