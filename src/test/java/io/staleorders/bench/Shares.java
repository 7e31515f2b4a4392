package io.staleorders.bench;

import java.time.Duration;

/**
 * Parts of the machine's CPU time.
 *
 * @param service the closer's process
 * @param database what PostgreSQL does for it
 * @param wechat the stand-in, which would not be on a shop's machine
 */
record Shares(double service, double database, double wechat) {
  private static final String SESSIONS =
      "SELECT pid FROM pg_stat_activity WHERE application_name LIKE 'stale-order-closer%'";

  /** CPU time used so far. */
  record Used(Duration service, Duration database, Duration wechat) {
    static Used now(Stage stage, BenchShop shop, Closer closer) {
      Duration database =
          shop.numbers(SESSIONS).stream()
              .map(pid -> Cpu.of(pid.longValue()))
              .reduce(Duration.ZERO, Duration::plus);
      return new Used(closer.cpu(), database, Cpu.of(stage.wechat().pid()));
    }
  }

  /** What was used of so many seconds of all cores. */
  static Shares between(Used before, Used after, double seconds) {
    return new Shares(
        share(before.service(), after.service(), seconds),
        share(before.database(), after.database(), seconds),
        share(before.wechat(), after.wechat(), seconds));
  }

  private static double share(Duration before, Duration after, double seconds) {
    return after.minus(before).toNanos()
        / 1e9
        / seconds
        / Runtime.getRuntime().availableProcessors();
  }
}
