package io.staleorders.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.staleorders.testkit.Installation;
import io.staleorders.testkit.Ran;
import io.staleorders.testkit.ServiceProcess;
import io.staleorders.testkit.Shop;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The service as a process of its own, from its start to its stop. */
class RunCommandTest {
  @Test
  void closesIsHealthyForgetsWhatIsOldAndStopsInGoodOrder() throws Exception {
    try (Installation site = Installation.open()) {
      Shop shop = site.shop();
      shop.order("ORDER-1", Duration.ofHours(1));
      shop.order("ORDER-2", Duration.ofDays(100), Shop.SUB_MCHID, "CLOSED");
      resolvedLongAgo(shop, "ORDER-2", 91);
      resolvedLongAgo(shop, "ORDER-3", 89);
      Files.delete(site.healthFile());
      List<String> lines = new CopyOnWriteArrayList<>();

      try (ServiceProcess service = ServiceProcess.start(site.settings(), lines::add)) {
        await().until(() -> shop.status("ORDER-1").equals("CLOSED"));
        await().until(() -> !shop.states().containsKey("ORDER-2"));
        assertThat(Commands.run(site.settings(), "health").exitCode()).isZero();
        ProcessHandle.of(service.pid()).ifPresent(ProcessHandle::destroy);
        await().until(() -> !service.isRunningAfter(Duration.ZERO));
      }

      assertThat(shop.states()).containsOnlyKeys("ORDER-1", "ORDER-3");
      await().until(() -> lines.getLast().contains("service_stopped"));
      Ran ran = new Ran(0, String.join("\n", lines));
      assertThat(ran.log()).hasSameSizeAs(lines);
      assertThat(ran.log("service_started")).hasSize(1);
      assertThat(ran.log("order_closed")).hasSize(1);
      assertThat(ran.log().getLast().path("event").asText()).isEqualTo("service_stopped");
    }
  }

  private static void resolvedLongAgo(Shop shop, String outTradeNo, int days) {
    shop.execute(
        "INSERT INTO order_closer.order_close (out_trade_no, sp_mchid, sub_mchid, order_created_at,"
            + " state, attempts, resolved_at) SELECT ?, '1', '2', at, 'CLOSED', 1, at"
            + " FROM (SELECT now() - ? * interval '1 day' AS at) AS long_ago",
        outTradeNo,
        days);
  }
}
