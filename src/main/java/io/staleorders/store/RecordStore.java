package io.staleorders.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.staleorders.order.Decision;
import io.staleorders.order.MerchantId;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/**
 * Writes what attempts came to: the shop's rows, our rows and the history in one transaction. A
 * result whose claim another has taken over changes nothing; recording twice changes nothing.
 */
public final class RecordStore {
  private static final String LOCK_CLAIMS =
      """
      SELECT c.claim_id
      FROM order_closer.order_close c
      JOIN unnest(CAST(:out_trade_nos AS text[]), CAST(:claim_ids AS uuid[]))
           AS mine (out_trade_no, claim_id)
        ON mine.out_trade_no = c.out_trade_no AND mine.claim_id = c.claim_id
      ORDER BY c.out_trade_no
      FOR UPDATE OF c
      """;

  private static final String RECORD =
      """
      UPDATE order_closer.order_close c
      SET state = CASE WHEN r.state IS NOT NULL THEN r.state
                       WHEN c.state = 'NOT_FOUND' THEN 'NOT_FOUND'
                       WHEN r.attempted OR c.attempts > 0 THEN 'RETRY'
                       ELSE 'DUE' END,
          sp_mchid = :sp_mchid,
          sub_mchid = left(r.sub_mchid, 100),
          order_created_at = greatest(r.created_at, 'epoch'),
          attempts = c.attempts + r.attempted::int,
          answered = c.answered + (r.attempted AND coalesce(r.answered, false))::int,
          absences = coalesce(r.absences,
                              CASE WHEN r.sub_mchid = c.sub_mchid AND r.created_at <= c.order_created_at
                                   THEN c.absences ELSE 0 END),
          rate_refusals = coalesce(r.rate_refusals, 0),
          first_attempt_at = CASE WHEN r.attempted THEN coalesce(c.first_attempt_at, <now>)
                                  ELSE c.first_attempt_at END,
          next_attempt_at = CASE WHEN r.wait_ms IS NOT NULL
                                 THEN <now> + r.wait_ms * interval '1 millisecond'
                                 WHEN r.look_again THEN <now> + <delay>
                                 WHEN r.state IS NOT NULL THEN NULL
                                 ELSE c.next_attempt_at END,
          claim_id = NULL, claimed_by = NULL, claimed_until = NULL,
          trade_state = coalesce(r.trade_state, c.trade_state),
          transaction_id = coalesce(r.transaction_id, c.transaction_id),
          paid_at = coalesce(r.paid_at, c.paid_at),
          code = CASE WHEN r.attempted THEN r.code ELSE coalesce(r.code, c.code) END,
          message = CASE WHEN r.attempted THEN r.message ELSE coalesce(r.message, c.message) END,
          reason = CASE WHEN r.attempted THEN r.reason ELSE coalesce(r.reason, c.reason) END,
          request_id = coalesce(r.request_id, c.request_id),
          resolved_at = CASE WHEN r.state IS NOT NULL THEN <now> ELSE c.resolved_at END,
          row_closed = CASE WHEN r.row_closed THEN true
                            WHEN r.state IN ('CLOSED', 'PAID', 'SUPERSEDED') THEN false
                            ELSE c.row_closed END,
          row_refused_at = CASE WHEN r.reason = 'ROW_REFUSED'
                                     AND coalesce(c.row_refused_at, '-infinity') <= <now> - interval '1 day'
                                THEN <now> ELSE c.row_refused_at END
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
          out_trade_no text, sub_mchid text, created_at timestamptz, state text, wait_ms bigint, look_again boolean,
          attempted boolean, answered boolean, absences integer, rate_refusals integer,
          trade_state text, transaction_id text, paid_at timestamptz,
          code text, message text, reason text, request_id text, row_closed boolean, claim_id uuid)
      WHERE c.out_trade_no = r.out_trade_no
        AND (c.claim_id = r.claim_id OR r.state = 'PAID' AND c.state <> 'PAID')
      RETURNING c.out_trade_no AS number,
                coalesce(r.reason = 'ROW_REFUSED' AND c.row_refused_at = <now>, false) AS newly_refused
      """;

  private static final String APPEND_HISTORY =
      """
      INSERT INTO order_closer.close_attempt
          (id, out_trade_no, attempt, operation, started_at, duration_ms, host,
           http_status, code, message, request_id, verified, instance_id)
      SELECT r.id, r.out_trade_no, r.attempt, r.operation, r.started_at, r.duration_ms, r.host,
             r.http_status, r.code, r.message, r.request_id, r.verified, :instance_id
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (
          id uuid, out_trade_no text, attempt integer, operation text, started_at timestamptz,
          duration_ms integer, host text, http_status integer, code text, message text,
          request_id text, verified boolean)
      ON CONFLICT (id) DO NOTHING
      """;

  /** A CLOSED order counts only where a query said so: a 204 is sent for unknown orders too. */
  private static final String REMEMBER_MERCHANTS =
      """
      INSERT INTO order_closer.known_merchant (sp_mchid, sub_mchid, known_since)
      SELECT DISTINCT :sp_mchid, r.sub_mchid, <now>
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (sub_mchid text, state text, trade_state text)
      WHERE r.state IN ('CLOSED', 'PAID') AND r.trade_state IS NOT NULL
      ORDER BY r.sub_mchid
      ON CONFLICT (sp_mchid, sub_mchid) DO NOTHING
      """;

  private static final String NOTIFY =
      """
      SELECT <now> AS now,
             count(pg_notify('order_closer',
                 json_build_object('out_trade_no', r.out_trade_no, 'state', r.state)::text))
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r (out_trade_no text, state text)
      WHERE r.state IS NOT NULL
      """;

  private static final Duration LOCK_WAIT_APART = Duration.ofMillis(250);

  /** A batch that takes longer has a slow row in it, which is then recorded apart. */
  private static final Duration LONGEST_BATCH = Duration.ofSeconds(1);

  private final Jdbi jdbi;
  private final ShopStore shop;
  private final MerchantId spMchid;
  private final String instanceId;
  private final StoredText text = new StoredText();
  private final String record;
  private final String rememberMerchants;
  private final String tell;

  public RecordStore(
      Jdbi jdbi, ShopTable table, ShopStore shop, MerchantId spMchid, String instanceId) {
    this.jdbi = jdbi;
    this.shop = shop;
    this.spMchid = spMchid;
    this.instanceId = instanceId;
    this.record = table.sql(RECORD);
    this.rememberMerchants = table.sql(REMEMBER_MERCHANTS);
    this.tell = table.sql(NOTIFY);
  }

  /**
   * Records a batch in one transaction: all of it, or on an exception nothing.
   *
   * @return what became of each outcome
   */
  public List<Recorded> record(List<Outcome> batch) {
    return Transactions.bounded(
        jdbi, LONGEST_BATCH, LONGEST_BATCH, handle -> record(handle, batch, settle(handle)));
  }

  /**
   * Records one outcome that made a batch fail or wait: it waits for a lock much less, since others
   * like it wait behind it.
   *
   * @param longest time for each of its statements
   * @return what became of it
   */
  public List<Recorded> recordApart(Outcome outcome, Duration longest) {
    return Transactions.bounded(
        jdbi, LOCK_WAIT_APART, longest, handle -> record(handle, List.of(outcome), settle(handle)));
  }

  /**
   * Records one outcome whose row in the shop cannot be written or read: the row is not touched.
   *
   * @param outcome with a decision that is true without the row: a payment, or to try again
   * @param refusal why the row is left out
   * @return what became of it
   */
  public List<Recorded> recordWithoutRow(Outcome outcome, Optional<RowRefusal> refusal) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            record(
                handle,
                List.of(outcome),
                mine ->
                    mine.stream().map(o -> new Settled(o, o.decision(), false, refusal)).toList()));
  }

  /** Why the order's row was not locked, although it is unpaid. */
  public ShopStore.Hold hold(Outcome outcome) {
    return shop.hold(outcome.claim().outTradeNo());
  }

  private RowsOfShop settle(Handle handle) {
    return mine -> new ShopRows(shop, handle, mine).settle();
  }

  /** Brings decisions to the shop's rows, or not. */
  private interface RowsOfShop {
    List<Settled> settle(List<Outcome> mine);
  }

  private List<Recorded> record(Handle handle, List<Outcome> batch, RowsOfShop rowsOfShop) {
    StoredText stored = text.in(handle);
    Set<UUID> claimed = lockClaims(handle, batch);
    // A payment counts whoever has the claim by now (promise 8).
    List<Outcome> mine =
        batch.stream().filter(o -> claimed.contains(o.claim().claimId()) || isPayment(o)).toList();
    List<Settled> settled = rowsOfShop.settle(mine);
    if (settled.stream().map(s -> s.outcome().claim().outTradeNo()).distinct().count()
        < settled.size()) {
      throw new IllegalStateException("two outcomes of one order: each is recorded alone");
    }
    String rows =
        Json.write(
            settled.stream()
                .filter(s -> !s.rowHeld())
                .map(s -> orderClose(s, claimed.contains(s.outcome().claim().claimId()), stored))
                .toList());
    Map<String, Boolean> written = write(handle, rows);
    Instant now = tell(handle, rows);
    appendHistory(handle, batch, stored);
    List<Recorded> recorded = new ArrayList<>();
    for (Settled s : settled) {
      Boolean newlyRefused = written.get(s.outcome().claim().outTradeNo());
      if (s.rowHeld()) {
        recorded.add(new Recorded.RowHeld(s.outcome()));
      } else if (newlyRefused == null) {
        recorded.add(new Recorded.ClaimLost(s.outcome()));
      } else {
        recorded.add(
            new Recorded.Done(
                s.outcome(), s.decision(), now, s.refusal().filter(r -> newlyRefused)));
      }
    }
    for (Outcome outcome : batch) {
      if (!mine.contains(outcome)) {
        recorded.add(new Recorded.ClaimLost(outcome));
      }
    }
    return recorded;
  }

  private static boolean isPayment(Outcome outcome) {
    return outcome.decision() instanceof Decision.Paid;
  }

  /** The attempt of a lost claim counts nothing. */
  private static ObjectNode orderClose(Settled settled, boolean isClaimed, StoredText stored) {
    ObjectNode row = RecordRows.orderClose(settled.outcome(), settled.decision(), stored);
    return isClaimed ? row : row.put("attempted", false);
  }

  /** A batch may hold an outcome of a lost claim beside one of the claim that took over. */
  private static Set<UUID> lockClaims(Handle handle, List<Outcome> batch) {
    return handle
        .createQuery(LOCK_CLAIMS)
        .bind(
            "out_trade_nos", batch.stream().map(o -> o.claim().outTradeNo()).toArray(String[]::new))
        .bind(
            "claim_ids",
            batch.stream().map(o -> o.claim().claimId().toString()).toArray(String[]::new))
        .mapTo(UUID.class)
        .collect(Collectors.toSet());
  }

  /** The orders recorded, and whether a refusal of their rows was not reported for a day. */
  private Map<String, Boolean> write(Handle handle, String rows) {
    Map<String, Boolean> written =
        handle
            .createQuery(record)
            .bind("sp_mchid", spMchid.value())
            .bind("rows", rows)
            .map((row, ctx) -> Map.entry(row.getString("number"), row.getBoolean("newly_refused")))
            .stream()
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    handle
        .createUpdate(rememberMerchants)
        .bind("sp_mchid", spMchid.value())
        .bind("rows", rows)
        .execute();
    return written;
  }

  private Instant tell(Handle handle, String rows) {
    return handle
        .createQuery(tell)
        .bind("rows", rows)
        .map((row, ctx) -> row.getObject("now", OffsetDateTime.class).toInstant())
        .one();
  }

  private void appendHistory(Handle handle, Collection<Outcome> batch, StoredText stored) {
    List<ObjectNode> rows =
        batch.stream()
            .flatMap(o -> o.exchanges().stream().map(e -> RecordRows.closeAttempt(o, e, stored)))
            .toList();
    if (!rows.isEmpty()) {
      handle
          .createUpdate(APPEND_HISTORY)
          .bindMap(Map.of("rows", Json.write(rows), "instance_id", stored.of(instanceId)))
          .execute();
    }
  }
}
