package io.staleorders.store;

import io.staleorders.order.MerchantId;
import io.staleorders.order.PauseScope;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** The pauses that all instances share. A row means paused. */
public final class PauseStore implements Pauses {
  private static final String BEGIN =
      """
      INSERT INTO order_closer.pause (scope, code, message, since, until, failures)
      VALUES (:scope, :code, :message, <now>,
              <now> + least(CAST(:first_delay AS interval),
                            CASE WHEN :code = 'OUTAGE' THEN interval '1 minute' END), 1)
      ON CONFLICT (scope) DO NOTHING
      RETURNING code, message, until
      """;

  /** After {@code failures}: a probe of an outage is one call, and made each minute at least. */
  private static final String DELAY =
      """
      least(CAST(:first_delay AS interval) * power(2, least(%s, 20)), CAST(:max_delay AS interval),
            CASE WHEN %s = 'OUTAGE' THEN interval '1 minute' END)\
      """;

  /**
   * The instance whose update moves the time on has the probe; the others find it moved. While the
   * account is paused no sub-merchant is probed.
   */
  private static final String TAKE_PROBE =
      """
      UPDATE order_closer.pause
      SET until = <now> + <delay_of_failures>
      WHERE scope = (SELECT p.scope
                     FROM order_closer.pause p
                     WHERE p.until <= <now>
                       AND (p.scope = 'account'
                            OR NOT EXISTS (SELECT FROM order_closer.pause a WHERE a.scope = 'account'))
                     ORDER BY p.until
                     LIMIT 1
                     FOR UPDATE SKIP LOCKED)
      RETURNING scope
      """;

  /** Nothing was asked: the next probe is not to wait as if it had failed. */
  private static final String RETURN_PROBE =
      """
      UPDATE order_closer.pause
      SET until = <now> + least(CAST(:first_delay AS interval),
                                CASE WHEN code = 'OUTAGE' THEN interval '1 minute' END)
      WHERE scope = :scope
      """;

  private static final String EXTEND =
      """
      UPDATE order_closer.pause
      SET until = <now> + <delay_of_failures>,
          failures = failures + 1
      WHERE scope = :scope
      RETURNING code, message, until
      """;

  private static final String REFUSED =
      """
      UPDATE order_closer.pause p
      SET since = CASE WHEN before.code = :code THEN p.since ELSE <now> END,
          until = <now> + <delay_of_probed>,
          failures = before.failures_with_this + 1,
          code = :code,
          message = :message
      FROM (SELECT b.scope, b.code,
                   CASE WHEN b.code = :code THEN b.failures ELSE 0 END AS failures_with_this
            FROM order_closer.pause b
            WHERE b.scope = :scope
            FOR UPDATE) AS before
      WHERE p.scope = before.scope
      RETURNING before.code AS before, p.code, p.message, p.until
      """;

  private static final String END =
      "DELETE FROM order_closer.pause WHERE scope = :scope RETURNING code, message, until";

  private static final String END_OUTAGE =
      "DELETE FROM order_closer.pause WHERE scope = :scope AND code = 'OUTAGE' RETURNING code, message, until";

  private final Jdbi jdbi;
  private final StoredText text = new StoredText();
  private final String firstDelay;
  private final String maxDelay;
  private final String begin;
  private final String takeProbe;
  private final String returnProbe;
  private final String extend;
  private final String refused;

  /**
   * @param firstDelay {@code PAUSE_FIRST_DELAY}
   * @param maxDelay {@code PAUSE_MAX_DELAY}
   */
  public PauseStore(Jdbi jdbi, ShopTable table, Duration firstDelay, Duration maxDelay) {
    this.jdbi = jdbi;
    this.firstDelay = SqlText.interval(firstDelay);
    this.maxDelay = SqlText.interval(maxDelay);
    this.begin = table.sql(BEGIN);
    String delay = String.format(Locale.ROOT, DELAY, "failures", "code");
    String probed = String.format(Locale.ROOT, DELAY, "before.failures_with_this", ":code");
    this.takeProbe = table.sql(TAKE_PROBE, Map.of("delay_of_failures", delay));
    this.returnProbe = table.sql(RETURN_PROBE);
    this.extend = table.sql(EXTEND, Map.of("delay_of_failures", delay));
    this.refused = table.sql(REFUSED, Map.of("delay_of_probed", probed));
  }

  @Override
  public Optional<Standing> begin(PauseScope scope, String code, Optional<String> message) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(begin)
                .bind("scope", scope.text())
                .bind("code", code)
                .bind("message", message.map(text.in(handle)::of))
                .bind("first_delay", firstDelay)
                .map((row, ctx) -> standing(row))
                .findOne());
  }

  /** Takes the probe of a pause whose time has come, for this instance alone. */
  public Optional<PauseScope> takeProbe() {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(takeProbe)
                .bind("first_delay", firstDelay)
                .bind("max_delay", maxDelay)
                .mapTo(String.class)
                .findOne()
                .map(PauseStore::scope));
  }

  @Override
  public int returnProbe(PauseScope scope) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createUpdate(returnProbe)
                .bind("scope", scope.text())
                .bind("first_delay", firstDelay)
                .execute());
  }

  @Override
  public Optional<Standing> extend(PauseScope scope) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(extend)
                .bind("scope", scope.text())
                .bind("first_delay", firstDelay)
                .bind("max_delay", maxDelay)
                .map((row, ctx) -> standing(row))
                .findOne());
  }

  @Override
  public Optional<Probed> refused(PauseScope scope, String code, Optional<String> message) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(refused)
                .bind("scope", scope.text())
                .bind("code", code)
                .bind("message", message.map(text.in(handle)::of))
                .bind("first_delay", firstDelay)
                .bind("max_delay", maxDelay)
                .map((row, ctx) -> new Probed(row.getString("before"), standing(row)))
                .findOne());
  }

  @Override
  public Optional<Standing> end(PauseScope scope) {
    return end(END, scope);
  }

  @Override
  public Optional<Standing> endOutage(PauseScope scope) {
    return end(END_OUTAGE, scope);
  }

  private Optional<Standing> end(String statement, PauseScope scope) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(statement)
                .bind("scope", scope.text())
                .map((row, ctx) -> standing(row))
                .findOne());
  }

  private static Standing standing(ResultSet row) throws SQLException {
    return new Standing(
        row.getString("code"),
        Columns.text(row, "message"),
        Columns.instant(row, "until").orElseThrow());
  }

  private static PauseScope scope(String text) {
    return text.equals(new PauseScope.Account().text())
        ? new PauseScope.Account()
        : new PauseScope.SubMerchant(new MerchantId(text));
  }
}
