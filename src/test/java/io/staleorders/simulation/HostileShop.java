package io.staleorders.simulation;

import io.staleorders.testkit.Shop;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;

/**
 * A shop whose rows refuse the service's changes for a while, keep their old status, vanish, are
 * cancelled, or are held by a transaction across a sweep.
 *
 * <p>Its triggers act on what the service writes and never on what the shop writes itself.
 */
final class HostileShop implements AutoCloseable {
  /** {@code ORDERS_PAID_STATUS}, which the shop itself never writes. */
  static final String PAID_STATUS = "PAIDHERE";

  /** SQLSTATEs that a row refuses a change with. */
  static final List<String> SQL_STATES =
      List.of("P0001", "23514", "53100", "40001", "57P01", "25006");

  /** What a row does, or what happens to it. */
  enum Hostility {
    NONE,
    REFUSES,
    KEEPS_STATUS,
    DELETED,
    CANCELLED,
    LOCKED
  }

  /** Of the tries to change a row that refuses with a serialization failure, every second wins. */
  private static final String TRIGGER =
      """
      CREATE TABLE testkit.hostile (
          out_trade_no text PRIMARY KEY,
          trouble text NOT NULL,
          until timestamptz NOT NULL
      );
      CREATE SEQUENCE testkit.tries;
      CREATE FUNCTION testkit.be_hostile() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
          found_trouble text;
      BEGIN
          SELECT h.trouble INTO found_trouble
          FROM testkit.hostile h, testkit.clock c
          WHERE h.out_trade_no = OLD.out_trade_no AND c.now < h.until;
          IF found_trouble IS NULL OR NEW.status NOT IN ('CLOSED', 'PAIDHERE') THEN
              RETURN NEW;
          END IF;
          IF found_trouble = 'KEEPS_STATUS' THEN
              NEW.status := OLD.status;
              RETURN NEW;
          END IF;
          IF found_trouble = '40001' AND nextval('testkit.tries') % 2 = 0 THEN
              RETURN NEW;
          END IF;
          RAISE EXCEPTION 'the shop refuses this change' USING ERRCODE = found_trouble;
      END $$;
      CREATE TRIGGER be_hostile BEFORE UPDATE ON orders
          FOR EACH ROW EXECUTE FUNCTION testkit.be_hostile();
      """;

  private final Shop shop;
  private final Chance chance;
  private final Handle holder;
  private final Set<String> cancelled = ConcurrentHashMap.newKeySet();
  private final Set<String> deleted = ConcurrentHashMap.newKeySet();
  private List<String> held = List.of();
  private int requestsToRelease;

  HostileShop(Shop shop, Chance chance) {
    this.shop = shop;
    this.chance = chance;
    shop.execute(TRIGGER);
    this.holder = shop.jdbi().open();
  }

  /** Orders that the shop itself cancelled. */
  Set<String> cancelled() {
    return cancelled;
  }

  /** Orders whose rows the shop deleted. */
  Set<String> deleted() {
    return deleted;
  }

  /** An order came; its row may be hostile for some minutes or hours. */
  void came(String outTradeNo) {
    switch (chance.hostility(outTradeNo)) {
      case REFUSES -> trouble(outTradeNo, chance.sqlState(outTradeNo));
      case KEEPS_STATUS -> trouble(outTradeNo, "KEEPS_STATUS");
      case NONE, DELETED, CANCELLED, LOCKED -> {}
    }
  }

  private void trouble(String outTradeNo, String trouble) {
    shop.execute(
        "INSERT INTO testkit.hostile SELECT ?, ?, now + ? * interval '1 minute' FROM testkit.clock",
        outTradeNo,
        trouble,
        1 + chance.percent(outTradeNo, "minutes") * 2);
  }

  /** Between two sweeps, rows vanish and are cancelled. */
  void between(Collection<String> outTradeNos, int round) {
    for (String outTradeNo : outTradeNos) {
      if (chance.strikesBetween(outTradeNo, round)) {
        strike(outTradeNo);
      }
    }
  }

  /** A request about the order came to WeChat Pay. */
  void onRequest(String outTradeNo, int request) {
    if (chance.strikesDuring(outTradeNo, request)) {
      strike(outTradeNo);
    }
    releaseAfterRequest();
  }

  private void strike(String outTradeNo) {
    switch (chance.hostility(outTradeNo)) {
      case DELETED -> delete(outTradeNo);
      case CANCELLED -> cancel(outTradeNo);
      case NONE, REFUSES, KEEPS_STATUS, LOCKED -> {}
    }
  }

  private void delete(String outTradeNo) {
    if (change(
        "DELETE FROM orders WHERE status IN ('NOTPAY', 'CLOSED') AND out_trade_no = ?",
        outTradeNo)) {
      deleted.add(outTradeNo);
    }
  }

  private void cancel(String outTradeNo) {
    if (change(
        "UPDATE orders SET status = 'CANCELLED' WHERE status = 'NOTPAY' AND out_trade_no = ?",
        outTradeNo)) {
      cancelled.add(outTradeNo);
    }
  }

  /**
   * As the shop does it when it hears of a payment.
   *
   * @return whether there was a row to change
   */
  boolean hearsOfPayment(String outTradeNo) {
    return chance.hostility(outTradeNo) != Hostility.LOCKED
        && change("UPDATE orders SET status = 'SUCCESS' WHERE out_trade_no = ?", outTradeNo);
  }

  private boolean change(String sql, String outTradeNo) {
    return shop.jdbi().withHandle(handle -> handle.execute(sql, outTradeNo)) > 0;
  }

  /**
   * A transaction of the shop's takes rows.
   *
   * @param requests to WeChat Pay until it ends
   */
  synchronized void hold(Collection<String> outTradeNos, int requests) {
    release();
    holder.begin();
    held =
        holder
            .createQuery(
                "SELECT out_trade_no FROM orders WHERE status = 'NOTPAY'"
                    + " AND out_trade_no = ANY (:numbers) FOR UPDATE SKIP LOCKED")
            .bindArray(
                "numbers",
                String.class,
                outTradeNos.stream()
                    .filter(no -> chance.hostility(no) == Hostility.LOCKED)
                    .toList())
            .mapTo(String.class)
            .list();
    requestsToRelease = requests;
  }

  private synchronized void releaseAfterRequest() {
    if (--requestsToRelease == 0) {
      release();
    }
  }

  /** That transaction ends; it has cancelled some of its rows. */
  synchronized void release() {
    if (!holder.isInTransaction()) {
      return;
    }
    for (String outTradeNo : held) {
      if (chance.percent(outTradeNo, "released") < 30) {
        holder.execute("UPDATE orders SET status = 'CANCELLED' WHERE out_trade_no = ?", outTradeNo);
        cancelled.add(outTradeNo);
      }
    }
    holder.commit();
    held = List.of();
  }

  @Override
  public void close() {
    holder.close();
  }
}
