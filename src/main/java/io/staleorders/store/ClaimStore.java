package io.staleorders.store;

import io.staleorders.order.PauseScope;
import io.staleorders.order.Progress;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.Query;

/** Takes due orders for this copy. Touches our own table alone. */
public final class ClaimStore {
  private static final String CLAIM =
      """
      WITH due AS MATERIALIZED (
          SELECT c.out_trade_no
          FROM order_closer.order_close c
          WHERE c.next_attempt_at IS NOT NULL
            AND coalesce(c.claimed_until, c.next_attempt_at) <= <now>
            AND <scope>
          ORDER BY coalesce(c.claimed_until, c.next_attempt_at)
          LIMIT :limit
          FOR UPDATE SKIP LOCKED
      ),
      claimed AS (
          UPDATE order_closer.order_close c
          SET state = CASE c.state WHEN 'NOT_FOUND' THEN 'NOT_FOUND' ELSE 'CLAIMED' END,
              claim_id = gen_random_uuid(),
              claimed_by = :instance_id,
              claimed_until = <now> + CAST(:lease AS interval)
          FROM due
          WHERE c.out_trade_no = due.out_trade_no
          RETURNING c.out_trade_no, c.sub_mchid, c.order_created_at, c.claim_id,
                    c.state = 'NOT_FOUND' OR c.row_closed AS second_look, c.attempts, c.answered, c.absences,
                    c.rate_refusals, c.first_attempt_at, c.next_attempt_at
      )
      SELECT <now> AS now, claimed.*
      FROM (VALUES (1)) AS one
      LEFT JOIN claimed ON true
      ORDER BY claimed.next_attempt_at
      """;

  /** OFFSET 0: a lookup for each row until enough are found, never a join over all rows. */
  private static final String NOT_PAUSED =
      """
      NOT EXISTS (
                    SELECT FROM order_closer.pause p WHERE p.scope IN ('account', c.sub_mchid) OFFSET 0)\
      """;

  /** For the probe of the account's pause: of a sub-merchant that is not paused itself. */
  private static final String SUB_MERCHANT_NOT_PAUSED =
      "NOT EXISTS (SELECT FROM order_closer.pause p WHERE p.scope = c.sub_mchid OFFSET 0)";

  /** The named orders, but for those of a paused scope. */
  private static final String NAMED = "c.out_trade_no = ANY (:named) AND " + NOT_PAUSED;

  private static final String OF_SUB_MERCHANT = "c.sub_mchid = :scope";

  private final Jdbi jdbi;
  private final String instanceId;
  private final String lease;
  private final StoredText text = new StoredText();
  private final String claim;
  private final String claimNamed;
  private final String claimOfAccount;
  private final String claimAny;
  private final String claimOfSubMerchant;

  /**
   * @param instanceId for people who look into the table; nothing is decided by it
   * @param lease how long a claim holds
   */
  public ClaimStore(Jdbi jdbi, ShopTable table, String instanceId, Duration lease) {
    this.jdbi = jdbi;
    this.instanceId = instanceId;
    this.lease = lease.toMillis() + " milliseconds";
    this.claim = table.sql(CLAIM, Map.of("scope", NOT_PAUSED));
    this.claimNamed = table.sql(CLAIM, Map.of("scope", NAMED));
    this.claimOfAccount = table.sql(CLAIM, Map.of("scope", SUB_MERCHANT_NOT_PAUSED));
    this.claimAny = table.sql(CLAIM, Map.of("scope", "true"));
    this.claimOfSubMerchant = table.sql(CLAIM, Map.of("scope", OF_SUB_MERCHANT));
  }

  /** Claims due orders of no paused scope, longest due first. */
  public Claims claim(int limit) {
    return Transactions.shortOne(jdbi, handle -> take(handle, handle.createQuery(claim), limit));
  }

  /** Claims those of the named orders that are due. */
  public Claims claimNamed(List<String> outTradeNos, int limit) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            take(
                handle,
                handle.createQuery(claimNamed).bind("named", outTradeNos.toArray(String[]::new)),
                limit));
  }

  /** Claims one due order of a paused scope, to try whether the pause can end. */
  public Claims claimProbe(PauseScope scope) {
    return Transactions.shortOne(
        jdbi,
        handle ->
            switch (scope) {
              case PauseScope.Account account -> {
                Claims claims = take(handle, handle.createQuery(claimOfAccount), 1);
                // Were all its sub-merchants paused, neither they nor the account would be probed.
                yield claims.claims().isEmpty()
                    ? take(handle, handle.createQuery(claimAny), 1)
                    : claims;
              }
              case PauseScope.SubMerchant one ->
                  take(handle, handle.createQuery(claimOfSubMerchant).bind("scope", one.text()), 1);
            });
  }

  private Claims take(Handle handle, Query query, int limit) {
    return query
        .bind("limit", limit)
        .bind("instance_id", text.in(handle).of(instanceId))
        .bind("lease", lease)
        .scanResultSet(
            (rows, ctx) -> {
              try (ResultSet row = rows.get()) {
                return claims(row);
              }
            });
  }

  private static Claims claims(ResultSet row) throws SQLException {
    List<Claim> claims = new ArrayList<>();
    Instant now = Instant.EPOCH;
    while (row.next()) {
      now = Columns.instant(row, "now").orElseThrow();
      var outTradeNo = Columns.text(row, "out_trade_no");
      if (outTradeNo.isPresent()) {
        claims.add(claim(row, outTradeNo.get()));
      }
    }
    return new Claims(now, claims);
  }

  private static Claim claim(ResultSet row, String outTradeNo) throws SQLException {
    return new Claim(
        outTradeNo,
        row.getString("sub_mchid"),
        Columns.instant(row, "order_created_at").orElseThrow(),
        row.getObject("claim_id", UUID.class),
        new Progress(
            row.getInt("attempts"),
            row.getInt("answered"),
            row.getInt("absences"),
            row.getInt("rate_refusals"),
            Columns.instant(row, "first_attempt_at")),
        row.getBoolean("second_look"));
  }
}
