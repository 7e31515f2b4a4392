package io.staleorders.sandbox;

import java.util.Optional;

/** An answer, how it is signed, and what the connection does with it. */
record Outgoing(Answer answer, Signing signing, Line line, Optional<Misbehaviour> misbehaviour) {

  static Outgoing plain(Answer answer) {
    return new Outgoing(answer, Signing.RIGHT, Line.SENT, Optional.empty());
  }

  static Outgoing unsigned(Answer answer) {
    return new Outgoing(answer, Signing.NONE, Line.SENT, Optional.empty());
  }

  static Outgoing broken(Line line) {
    return new Outgoing(Answer.noContent(), Signing.NONE, line, Optional.empty());
  }

  Outgoing with(Signing newSigning) {
    return new Outgoing(answer, newSigning, line, misbehaviour);
  }

  Outgoing with(Line newLine) {
    return new Outgoing(answer, signing, newLine, misbehaviour);
  }

  Outgoing because(Optional<Misbehaviour> cause) {
    return new Outgoing(answer, signing, line, cause);
  }
}
