package io.staleorders.config;

import io.staleorders.order.Event;
import java.util.List;
import org.slf4j.Logger;

/** What came of reading settings: all of them, or everything that is wrong with them. */
public sealed interface Reading<T> {

  /** What is worth a look but stops nothing, a line each; no values in it. */
  List<String> warnings();

  /** Every setting is there and none contradicts another. */
  record Valid<T>(T settings, List<String> warnings) implements Reading<T> {
    public Valid {
      warnings = List.copyOf(warnings);
    }
  }

  /** At least one setting is wrong. */
  record Invalid<T>(List<Fault> faults, List<String> warnings) implements Reading<T> {
    public Invalid {
      faults = List.copyOf(faults);
      warnings = List.copyOf(warnings);
    }

    /** The faults, a line each. */
    public List<String> problems() {
      return faults.stream().map(Fault::text).toList();
    }

    /** Logs {@code settings_invalid}: once with all problems, or for people a line a problem. */
    public void log(Logger log, LogFormat format) {
      switch (format) {
        case JSON ->
            Event.SETTINGS_INVALID
                .on(log)
                .addKeyValue("problems", problems())
                .log("The settings are wrong; nothing was started");
        case TEXT -> problems().forEach(problem -> Event.SETTINGS_INVALID.on(log).log(problem));
      }
    }
  }
}
