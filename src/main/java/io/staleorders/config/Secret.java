package io.staleorders.config;

/**
 * A text that must never be seen: a password or a key. Not a record, so that nothing that prints
 * components prints it.
 */
public final class Secret {
  private final String text;

  public Secret(String text) {
    this.text = text;
  }

  /** The text itself, for the one place that needs it. */
  public String reveal() {
    return text;
  }

  @Override
  public String toString() {
    return "***";
  }
}
