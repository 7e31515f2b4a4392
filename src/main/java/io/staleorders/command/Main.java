package io.staleorders.command;

/** Where {@code java -jar} begins. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {}
}
