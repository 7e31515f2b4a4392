package io.staleorders.store;

import io.staleorders.order.MerchantId;
import io.staleorders.order.PauseScope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** The pauses that all copies share. A row means paused. */
public final class PauseStore {
  private static final String BEGIN =
      """
      INSERT INTO order_closer.pause (scope, code, message, since, until, failures)
      VALUES (:scope, :code, :message, <now>, <now> + CAST(:first_delay AS interval), 1)
      ON CONFLICT (scope) DO NOTHING
      RETURNING until
      """;

  /** The copy whose update moves the time on has the probe; the others find it moved. */
  private static final String TAKE_PROBE =
      """
      UPDATE order_closer.pause
      SET until = <now> + least(CAST(:first_delay AS interval) * power(2, least(failures, 20)),
                                CAST(:max_delay AS interval))
      WHERE scope = (SELECT p.scope
                     FROM order_closer.pause p
                     WHERE p.until <= <now>
                     ORDER BY p.until
                     LIMIT 1
                     FOR UPDATE SKIP LOCKED)
      RETURNING scope
      """;

  /** Nothing was asked: the next probe is not to wait as if it had failed. */
  private static final String RETURN_PROBE =
      """
      UPDATE order_closer.pause
      SET until = <now> + CAST(:first_delay AS interval)
      WHERE scope = :scope
      """;

  private static final String EXTEND =
      """
      UPDATE order_closer.pause
      SET until = <now> + least(CAST(:first_delay AS interval) * power(2, least(failures, 20)),
                                CAST(:max_delay AS interval)),
          failures = failures + 1,
          code = coalesce(CAST(:code AS text), code),
          message = coalesce(CAST(:message AS text), message)
      WHERE scope = :scope
      RETURNING code, until
      """;

  private static final String END =
      "DELETE FROM order_closer.pause WHERE scope = :scope RETURNING code, until";

  private final Jdbi jdbi;
  private final String firstDelay;
  private final String maxDelay;
  private final String begin;
  private final String takeProbe;
  private final String returnProbe;
  private final String extend;

  /**
   * @param firstDelay {@code PAUSE_FIRST_DELAY}
   * @param maxDelay {@code PAUSE_MAX_DELAY}
   */
  public PauseStore(Jdbi jdbi, ShopTable table, Duration firstDelay, Duration maxDelay) {
    this.jdbi = jdbi;
    this.firstDelay = firstDelay.toMillis() + " milliseconds";
    this.maxDelay = maxDelay.toMillis() + " milliseconds";
    this.begin = table.sql(BEGIN);
    this.takeProbe = table.sql(TAKE_PROBE);
    this.returnProbe = table.sql(RETURN_PROBE);
    this.extend = table.sql(EXTEND);
  }

  /**
   * Pauses a scope.
   *
   * @return until when; absent if it was paused already
   */
  public Optional<Instant> begin(PauseScope scope, String code, Optional<String> message) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(begin)
                .bind("scope", scope.text())
                .bind("code", code)
                .bind("message", message)
                .bind("first_delay", firstDelay)
                .map((row, ctx) -> Columns.instant(row, "until").orElseThrow())
                .findOne());
  }

  /** Takes the probe of a pause whose time has come, for this copy alone. */
  public Optional<PauseScope> takeProbe() {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(takeProbe)
                .bind("first_delay", firstDelay)
                .bind("max_delay", maxDelay)
                .mapTo(String.class)
                .findOne()
                .map(PauseStore::scope));
  }

  /** The probe was not made, for lack of an order that wants a call: it is tried again soon. */
  public int returnProbe(PauseScope scope) {
    return jdbi.withHandle(
        handle ->
            handle
                .createUpdate(returnProbe)
                .bind("scope", scope.text())
                .bind("first_delay", firstDelay)
                .execute());
  }

  /**
   * The probe found the same fault, or no answer: the delay doubles.
   *
   * @param code of the answer; the pause keeps its own where there was none
   * @return the pause as it stands; absent if it was lifted meanwhile
   */
  public Optional<Standing> extend(
      PauseScope scope, Optional<String> code, Optional<String> message) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(extend)
                .bind("scope", scope.text())
                .bind("code", code)
                .bind("message", message)
                .bind("first_delay", firstDelay)
                .bind("max_delay", maxDelay)
                .map((row, ctx) -> standing(row))
                .findOne());
  }

  /**
   * Lifts a pause.
   *
   * @return what was lifted, if it was in force
   */
  public Optional<Standing> end(PauseScope scope) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(END)
                .bind("scope", scope.text())
                .map((row, ctx) -> standing(row))
                .findOne());
  }

  /**
   * A pause.
   *
   * @param code the fault that paused the scope
   * @param until when it is probed next
   */
  public record Standing(String code, Instant until) {}

  private static Standing standing(ResultSet row) throws SQLException {
    return new Standing(row.getString("code"), Columns.instant(row, "until").orElseThrow());
  }

  private static PauseScope scope(String text) {
    return text.equals(new PauseScope.Account().text())
        ? new PauseScope.Account()
        : new PauseScope.SubMerchant(new MerchantId(text));
  }
}
