package io.staleorders.store;

import io.staleorders.order.PauseScope;
import java.time.Instant;
import java.util.Optional;

/** The pauses in force, and when each is probed next. */
public interface Pauses {
  /** The code of an account's pause because of {@code 20} calls in a row without a response. */
  String OUTAGE = "OUTAGE";

  /**
   * A pause.
   *
   * @param code why the scope is paused
   * @param message what WeChat Pay said, if it said anything
   * @param until when it is probed next
   */
  record Standing(String code, Optional<String> message, Instant until) {}

  /**
   * A pause after a probe was refused.
   *
   * @param before the code it had
   */
  record Probed(String before, Standing now) {}

  /**
   * Pauses a scope.
   *
   * @return the pause; absent if the scope was paused already
   */
  Optional<Standing> begin(PauseScope scope, String code, Optional<String> message);

  /** The probe was not made: it is tried again soon. */
  int returnProbe(PauseScope scope);

  /**
   * The probe brought no response, or a fault that is not the scope's own: the delay doubles.
   *
   * @return the pause as it is now; absent if it was lifted meanwhile
   */
  Optional<Standing> extend(PauseScope scope);

  /**
   * The probe was refused with a fault of the scope. The delay doubles if that is the fault that
   * paused it; else a new pause replaces the one before.
   *
   * @return the pause as it is now; absent if it was lifted meanwhile
   */
  Optional<Probed> refused(PauseScope scope, String code, Optional<String> message);

  /**
   * Lifts a pause.
   *
   * @return what was lifted, if it was in force
   */
  Optional<Standing> end(PauseScope scope);

  /** As {@link #end}, if it is an outage. */
  Optional<Standing> endOutage(PauseScope scope);
}
