package io.staleorders.sandbox;

/** Stub. */
final class Admin {
  Admin(Sandbox sandbox) {}

  Answer answer(Incoming request) {
    return Answer.noContent();
  }
}
