package io.staleorders.store;

import java.sql.ResultSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/**
 * The call rate that all instances and commands share, as slots in time, by the database's clock;
 * and, since every call asks here first, the pauses that are in force.
 */
public final class RateStore implements CallSlots {
  /**
   * How much further apart slots are than the rate allows: calls are sent a few milliseconds after
   * their slots, some more, some less. The rate's slots of a second take longer than that second
   * and the time that a call may be late, so no second sees more calls than the rate (promise 6).
   */
  private static final double SPACE = 1.018;

  /**
   * The allowed rate: what a refusal lowered it to, climbing again by 2 % of CLOSE_RATE a second
   * from 5 s after the last refusal.
   */
  private static final String ALLOWED =
      """
      least(CAST(:close_rate AS double precision),
            coalesce(r.lowered_to
                       + 0.02 * :close_rate
                         * greatest(0, extract(epoch FROM clock_timestamp() - r.refused_at) - 5),
                     :close_rate))\
      """;

  /** A slot more than a minute ahead is left from before the database's clock was set back. */
  private static final String RESERVE =
      String.format(
          Locale.ROOT,
          """
      WITH before AS (
          SELECT CASE WHEN r.next_slot_at > clock_timestamp() + interval '1 minute'
                      THEN clock_timestamp()
                      ELSE greatest(r.next_slot_at, clock_timestamp()) END AS first_slot_at,
                 %s AS allowed
          FROM order_closer.call_rate r
          FOR UPDATE
      ),
      plan AS (
          SELECT first_slot_at, allowed,
                 greatest(1, least(:wanted, floor(allowed * :reserve_seconds)))::int AS slots
          FROM before
      ),
      reserved AS (
          UPDATE order_closer.call_rate r
          SET next_slot_at = plan.first_slot_at + make_interval(secs => plan.slots * CAST(:space AS double precision) / plan.allowed)
          FROM plan
      )
      SELECT first_slot_at, allowed, slots, clock_timestamp() AS now,
             ARRAY(SELECT p.scope FROM order_closer.pause p) AS paused
      FROM plan
      """,
          ALLOWED);

  private static final String LOWER =
      String.format(
          Locale.ROOT,
          """
      UPDATE order_closer.call_rate r
      SET lowered_to = CASE
              WHEN r.lowered_at IS NULL OR r.lowered_at <= statement_timestamp() - interval '1 second'
              THEN greatest(1, %1$s / 2)
              ELSE %1$s END,
          lowered_at = CASE
              WHEN r.lowered_at IS NULL OR r.lowered_at <= statement_timestamp() - interval '1 second'
              THEN statement_timestamp()
              ELSE r.lowered_at END,
          refused_at = statement_timestamp()
      RETURNING lowered_to, lowered_at = refused_at AS halved
      """,
          ALLOWED);

  private final Jdbi jdbi;
  private final double closeRate;

  /**
   * @param closeRate {@code CLOSE_RATE}, calls a second
   */
  public RateStore(Jdbi jdbi, double closeRate) {
    this.jdbi = jdbi;
    this.closeRate = closeRate;
  }

  /**
   * Slots reserved for this process.
   *
   * @param firstAt of the first slot, by the database's clock; the next follow at the rate
   * @param now by the database's clock, as the statement ended
   * @param callsASecond the rate allowed now
   * @param paused scopes that are paused
   */
  public record Slots(
      Instant firstAt, int count, double callsASecond, Instant now, List<String> paused) {
    /** From one slot to the next. */
    public Duration space() {
      return Duration.ofNanos(Math.round(1e9 * SPACE / callsASecond));
    }
  }

  @Override
  public Slots reserve(int wanted, Duration ahead) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(RESERVE)
                .bind("close_rate", closeRate)
                .bind("wanted", wanted)
                .bind("reserve_seconds", ahead.toMillis() / 1000.0)
                .bind("space", SPACE)
                .map((row, ctx) -> slots(row))
                .one());
  }

  @Override
  public Optional<Double> lower() {
    return Transactions.shortOne(
        jdbi,
        handle ->
            handle
                .createQuery(LOWER)
                .bind("close_rate", closeRate)
                .map(
                    (row, ctx) ->
                        row.getBoolean("halved")
                            ? Optional.of(row.getDouble("lowered_to"))
                            : Optional.<Double>empty())
                .one());
  }

  /** Writes and changes nothing: shows whether the database takes writes. */
  public void touch() {
    Transactions.shortOne(
        jdbi,
        handle -> handle.execute("UPDATE order_closer.call_rate SET next_slot_at = next_slot_at"));
  }

  private static Slots slots(ResultSet row) throws java.sql.SQLException {
    return new Slots(
        Columns.instant(row, "first_slot_at").orElseThrow(),
        row.getInt("slots"),
        row.getDouble("allowed"),
        Columns.instant(row, "now").orElseThrow(),
        Columns.texts(row, "paused"));
  }
}
