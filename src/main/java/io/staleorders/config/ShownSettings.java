package io.staleorders.config;

import io.staleorders.config.Settings.SubMchid;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What the log of a start says about the settings: what matters, and no secret. */
final class ShownSettings {
  private ShownSettings() {}

  static Map<String, Object> of(Settings settings) {
    Map<String, Object> shown = new LinkedHashMap<>();
    shown.put("instance_id", settings.service().instanceId());
    shown.put("sp_mchid", settings.wechatPay().spMchid().value());
    shown.put("dry_run", settings.service().dryRun());
    shown.put("database", settings.database().shownUrl());
    addOrders(shown, settings.orders());
    addWechatPay(shown, settings.wechatPay());
    addClose(shown, settings.close());
    shown.put("sweep_interval", Durations.text(settings.schedule().sweepInterval()));
    shown.put("full_scan_interval", Durations.text(settings.schedule().fullScanInterval()));
    shown.put("retry_max_delay", Durations.text(settings.retry().max()));
    shown.put("history_retention", Durations.text(settings.service().historyRetention()));
    return Collections.unmodifiableMap(shown);
  }

  private static void addOrders(Map<String, Object> shown, Settings.Orders orders) {
    shown.put("orders_table", orders.table().toString());
    shown.put("unpaid_status", orders.statuses().unpaid());
    shown.put("closed_status", orders.statuses().closed());
    orders.statuses().paid().ifPresent(paid -> shown.put("paid_status", paid));
    orders
        .filter()
        .ifPresent(
            filter -> {
              shown.put("filter_column", filter.column());
              shown.put("filter_values", filter.values());
            });
    if (orders.subMchid() instanceof SubMchid.Fixed fixed) {
      shown.put("sub_mchid", fixed.mchid().value());
    }
    shown.put("time_zone", orders.timeZone().getId());
  }

  private static void addWechatPay(Map<String, Object> shown, Settings.WechatPay wechatPay) {
    shown.put("base_url", wechatPay.baseUrl().toString());
    wechatPay.backupBaseUrl().ifPresent(url -> shown.put("backup_base_url", url.toString()));
    shown.put("timeout", Durations.text(wechatPay.timeout()));
    shown.put(
        "verifies_with",
        Stream.of(
                wechatPay.publicKey().map(Settings.WechatPayPublicKey::id),
                wechatPay.apiV3Key().map(key -> "platform certificates"))
            .flatMap(Optional::stream)
            .toList());
  }

  private static void addClose(Map<String, Object> shown, Settings.Close close) {
    shown.put("close_delay", Durations.text(close.delay()));
    shown.put("close_confirm", close.confirm());
    shown.put("close_not_found", close.notFound().name().toLowerCase(Locale.ROOT));
    shown.put("close_rate", close.rate());
    shown.put("close_concurrency", close.concurrency());
    shown.put("close_batch_size", close.batchSize());
    shown.put("claim_lease", Durations.text(close.lease()));
    shown.put("retry_for", Durations.text(close.retryFor()));
  }
}
