package io.staleorders.sandbox;

/** What the connection does with a reply. */
enum Line {
  SENT,
  /** Nothing comes, for a minute; then the connection is closed. */
  HANGS,
  /** The reply comes three seconds late. */
  SLOW,
  /** One byte of the reply's head a second, for a minute. */
  DRIPS,
  /** TCP reset. */
  RESET,
  /** Closed without a byte. */
  CLOSED,
  /** Bytes that are not HTTP, then closed. */
  GARBAGE,
  /** The head promises more body than comes, then closed. */
  CUT_SHORT;

  /** Whether the client gets a whole reply. */
  boolean delivers() {
    return this == SENT || this == SLOW;
  }
}
