package io.staleorders.testkit;

import io.staleorders.store.OrdersMapping;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;

/** The {@code ORDERS_} settings: the defaults, but for what a test sets otherwise. */
public final class TableSettings {
  private Optional<String> schema = Optional.empty();
  private String table = "orders";
  private String outTradeNo = "out_trade_no";
  private Optional<String> subMchid = Optional.of("sub_mchid");
  private Optional<String> fixedSubMchid = Optional.empty();
  private String status = "status";
  private String createdAt = "created_at";
  private ZoneId zone = ZoneOffset.UTC;
  private boolean zoneIsGiven = true;
  private List<String> unpaid = List.of("NOTPAY");
  private String closed = "CLOSED";
  private Optional<String> paid = Optional.empty();
  private Optional<OrdersMapping.Filter> filter = Optional.empty();

  private TableSettings() {}

  public static TableSettings defaults() {
    return new TableSettings();
  }

  public TableSettings table(String name) {
    table = name;
    return this;
  }

  public TableSettings schema(String name) {
    schema = Optional.of(name);
    return this;
  }

  public TableSettings outTradeNo(String column) {
    outTradeNo = column;
    return this;
  }

  public TableSettings subMchid(String column) {
    subMchid = Optional.of(column);
    return this;
  }

  public TableSettings fixedSubMchid(String mchid) {
    subMchid = Optional.empty();
    fixedSubMchid = Optional.of(mchid);
    return this;
  }

  public TableSettings status(String column) {
    status = column;
    return this;
  }

  public TableSettings createdAt(String column) {
    createdAt = column;
    return this;
  }

  /** As if nobody had set a zone. */
  public TableSettings zoneByDefault() {
    zone = ZoneId.of("UTC");
    zoneIsGiven = false;
    return this;
  }

  public TableSettings zone(String id) {
    zone = ZoneId.of(id);
    zoneIsGiven = true;
    return this;
  }

  public TableSettings unpaid(String... statuses) {
    unpaid = List.of(statuses);
    return this;
  }

  public TableSettings closed(String statusText) {
    closed = statusText;
    return this;
  }

  public TableSettings paid(String statusText) {
    paid = Optional.of(statusText);
    return this;
  }

  public TableSettings filter(String column, String... values) {
    filter = Optional.of(new OrdersMapping.Filter(column, List.of(values)));
    return this;
  }

  /** As the store wants them. */
  public OrdersMapping mapping() {
    return new OrdersMapping(
        schema,
        table,
        outTradeNo,
        subMchid,
        fixedSubMchid,
        status,
        createdAt,
        zone,
        zoneIsGiven,
        unpaid,
        closed,
        paid,
        filter,
        Duration.ofMinutes(15));
  }
}
