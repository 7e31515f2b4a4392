package io.staleorders.config;

import io.staleorders.config.Environment.Given;
import io.staleorders.config.Variable.Need;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** What was read for each variable, and the faults found so far. */
final class Values {

  /** A value that is well formed, with where it came from. */
  private record Read(String name, Optional<String> shown, Object value) {}

  private final Environment environment;
  private final Map<String, Read> read = new HashMap<>();
  private final Set<String> given = new HashSet<>();
  private final List<Fault> faults = new ArrayList<>();

  Values(Environment environment) {
    this.environment = environment;
    Variables.ALL.forEach(this::read);
  }

  private void read(Variable<?> variable) {
    switch (environment.get(variable)) {
      case Given.Text text -> {
        given.add(variable.name());
        read(variable, text.name(), text.shown(), text.text());
      }
      case Given.Wrong wrong -> {
        given.add(variable.name());
        faults.add(wrong.fault());
      }
      case Given.Nothing() -> readDefault(variable);
    }
  }

  private void readDefault(Variable<?> variable) {
    switch (variable.need()) {
      case Need.Default standard ->
          read(
              variable,
              variable.name(),
              Optional.of(standard.text() + " (default)"),
              standard.text());
      case Need.Required() ->
          fault(
              variable,
              "is required: " + variable.meaning() + "; must be " + variable.kind().allowed());
      case Need.Unset() -> {}
      case Need.Derived derived -> {}
    }
  }

  private void read(Variable<?> variable, String name, Optional<String> shown, String text) {
    variable
        .kind()
        .read(text)
        .ifPresentOrElse(
            value -> read.put(variable.name(), new Read(name, shown, value)),
            () -> faults.add(new Fault(name, shown, "must be " + variable.kind().allowed())));
  }

  /** The value, if one is set or there is a default, and it is well formed. */
  @SuppressWarnings("unchecked") // What is under a variable's name was read by its own kind.
  <T> Optional<T> find(Variable<T> variable) {
    return Optional.ofNullable(read.get(variable.name())).map(r -> (T) r.value());
  }

  /** The value of a variable that is required or has a default, once there are no faults. */
  <T> T get(Variable<T> variable) {
    return find(variable).orElseThrow();
  }

  /** Whether the environment says anything about the variable, right or wrong. */
  boolean isGiven(Variable<?> variable) {
    return given.contains(variable.name());
  }

  /** Whether the environment sets the variable to nothing. */
  boolean isEmpty(Variable<?> variable) {
    return environment.isEmpty(variable);
  }

  /** The value read further; what {@code next} says against it is a fault of the variable. */
  <T, U> Optional<U> convert(Variable<T> variable, Function<T, U> next) {
    try {
      return find(variable).map(next);
    } catch (IllegalArgumentException refused) {
      fault(variable, Optional.ofNullable(refused.getMessage()).orElse("cannot be read"));
      return Optional.empty();
    }
  }

  /** Adds a fault of this variable, whatever way it was given. */
  void fault(Variable<?> variable, String problem) {
    Optional<Read> known = Optional.ofNullable(read.get(variable.name()));
    faults.add(
        new Fault(
            known.map(Read::name).orElse(variable.name()), known.flatMap(Read::shown), problem));
  }

  List<Fault> faults() {
    return List.copyOf(faults);
  }
}
