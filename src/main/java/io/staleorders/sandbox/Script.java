package io.staleorders.sandbox;

import java.util.Optional;

/** Decides for each request whether the sandbox misbehaves, and how. Called from many threads. */
@FunctionalInterface
public interface Script {
  Optional<Misbehaviour> choose(Facts facts);
}
