package io.staleorders.command;

import io.staleorders.config.Settings;
import io.staleorders.config.Settings.SubMchid;
import io.staleorders.store.OrdersMapping;
import java.util.Optional;

/** The settings about the shop's table, as the store wants them. */
final class Mapping {
  private Mapping() {}

  static OrdersMapping of(Settings settings) {
    Settings.Orders orders = settings.orders();
    Optional<String> column = Optional.empty();
    Optional<String> fixed = Optional.empty();
    switch (orders.subMchid()) {
      case SubMchid.Column named -> column = Optional.of(named.name());
      case SubMchid.Fixed one -> fixed = Optional.of(one.mchid().value());
    }
    return new OrdersMapping(
        orders.table().schema(),
        orders.table().name(),
        orders.outTradeNoColumn(),
        column,
        fixed,
        orders.statusColumn(),
        orders.createdAtColumn(),
        orders.timeZone(),
        orders.timeZoneIsGiven(),
        orders.statuses().unpaid(),
        orders.statuses().closed(),
        orders.statuses().paid(),
        orders.filter().map(f -> new OrdersMapping.Filter(f.column(), f.values())),
        settings.close().delay());
  }
}
