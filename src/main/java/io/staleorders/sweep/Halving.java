package io.staleorders.sweep;

import io.staleorders.sweep.DatabaseWatch.Asked;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Runs a statement over many of the shop's rows although some of them make it fail: halves them
 * until those stand alone, sets them aside, and has all others.
 */
record Halving(DatabaseWatch database, UnreadableRows unreadable) {
  static Halving of(DatabaseWatch database, UnreadableRows unreadable) {
    return new Halving(database, unreadable);
  }

  /**
   * Runs {@code statement} over all keys but those that fail it.
   *
   * @param done takes each result
   * @return false if the database became unavailable; then some keys are left out
   */
  <T> boolean each(List<String> keys, Function<List<String>, T> statement, Consumer<T> done) {
    if (keys.isEmpty()) {
      return true;
    }
    return switch (database.askOfRows(() -> statement.apply(keys))) {
      case Asked.Done<T> succeeded -> {
        done.accept(succeeded.value());
        yield true;
      }
      case Asked.Unavailable<T> unavailable -> false;
      case Asked.Refused<T> refused -> {
        if (keys.size() == 1) {
          unreadable.found(keys.getFirst(), refused.failure());
          yield true;
        }
        int half = keys.size() / 2;
        yield each(keys.subList(0, half), statement, done)
            && each(keys.subList(half, keys.size()), statement, done);
      }
    };
  }
}
