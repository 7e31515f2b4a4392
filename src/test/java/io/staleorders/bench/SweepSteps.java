package io.staleorders.bench;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.bench.TableBench.Step;
import io.staleorders.order.Decision;
import io.staleorders.order.Exchange;
import io.staleorders.order.Exchange.Operation;
import io.staleorders.order.MerchantId;
import io.staleorders.order.TradeState;
import io.staleorders.store.Claim;
import io.staleorders.store.ClaimStore;
import io.staleorders.store.Databases;
import io.staleorders.store.LookStore;
import io.staleorders.store.OrdersMapping;
import io.staleorders.store.Outcome;
import io.staleorders.store.Page;
import io.staleorders.store.RecordStore;
import io.staleorders.store.ScanStore;
import io.staleorders.store.ShopStore;
import io.staleorders.store.ShopTable;
import io.staleorders.store.ShopTableReader;
import io.staleorders.testkit.TableSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Supplier;
import org.jdbi.v3.core.Jdbi;

/** The statements of one sweep, one after another, each with its time. */
final class SweepSteps implements AutoCloseable {
  private static final int DUE = 1_000;
  private static final int CLAIMED = 500;
  private static final int BATCH = 200;
  private static final int TIMES = 100;

  private final BenchShop shop;
  private final HikariDataSource pool;
  private final LookStore look;
  private final ScanStore scan;
  private final ClaimStore claims;
  private final ShopStore rows;
  private final RecordStore record;
  private final Map<Step, Double> times = new LinkedHashMap<>();
  private int runs;

  SweepSteps(BenchShop shop) {
    this.shop = shop;
    this.pool =
        Databases.pool(
            shop.database().jdbcUrl(),
            Optional.of(shop.database().user()),
            Optional.of(shop.database().password()),
            2,
            "bench");
    Jdbi jdbi = Databases.jdbi(pool);
    MerchantId spMchid = new MerchantId("1900000100");
    ShopTable table = table(jdbi);
    this.look = new LookStore(jdbi, table);
    this.scan = new ScanStore(jdbi, table, spMchid, true, DUE);
    this.claims = new ClaimStore(jdbi, table, "bench", Duration.ofSeconds(60));
    this.rows = new ShopStore(jdbi, table, spMchid);
    this.record = new RecordStore(jdbi, table, rows, spMchid, "bench");
  }

  private static ShopTable table(Jdbi jdbi) {
    OrdersMapping mapping = TableSettings.defaults().mapping();
    return switch (ShopTableReader.readCatalogue(jdbi, mapping)) {
      case ShopTableReader.Outcome.Usable usable -> usable.table();
      case ShopTableReader.Outcome.Unusable unusable ->
          throw new IllegalStateException(String.join("; ", unusable.problems()));
    };
  }

  @Override
  public void close() {
    pool.close();
  }

  /** Makes 1,000 orders due and closes them; milliseconds by step. */
  Map<Step, Double> run() {
    runs++;
    scan.moveMark(Instant.now());
    timeMany(Step.IDLE, () -> look.look(true, List.of()));
    shop.orders(
        "D%04d-".formatted(runs), DUE, "NOTPAY", Duration.ofSeconds(901), Duration.ofSeconds(960));
    timeMany(Step.LOOK, () -> look.look(true, List.of()));
    time(Step.SCAN, this::scanAll);
    List<Claim> claimed = time(Step.CLAIM, () -> claims.claim(CLAIMED)).claims();
    if (claimed.size() != CLAIMED) {
      throw new IllegalStateException("claimed " + claimed.size());
    }
    List<String> numbers = claimed.stream().map(Claim::outTradeNo).toList();
    timeMany(Step.READ, () -> rows.read(numbers));
    List<Claim> all = new ArrayList<>(claimed);
    all.addAll(claims.claim(CLAIMED).claims());
    for (int from = 0; from < all.size(); from += BATCH) {
      List<Outcome> batch =
          all.subList(from, from + BATCH).stream().map(SweepSteps::closed).toList();
      time(Step.RECORD, () -> record.record(batch));
    }
    return Map.copyOf(times).entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .collect(
            LinkedHashMap::new,
            (map, entry) -> map.put(entry.getKey(), entry.getValue()),
            Map::putAll);
  }

  /** As a sweep does: to the end, then the mark. */
  private int scanAll() {
    Instant begun = Instant.now();
    Page page = scan.firstPageFromMark();
    int entered = page.entered();
    while (page.next().isPresent()) {
      page = scan.pageAfter(page.next().get());
      entered += page.entered();
    }
    scan.moveMark(begun);
    if (entered != DUE) {
      throw new IllegalStateException("entered " + entered);
    }
    return entered;
  }

  /** What only reads can be repeated: its median. */
  private void timeMany(Step step, Supplier<?> statement) {
    List<Double> millis = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      time(step, statement);
      millis.add(Objects.requireNonNull(times.get(step)));
    }
    times.put(step, Numbers.median(millis));
  }

  private <T> T time(Step step, Supplier<T> statement) {
    long begun = System.nanoTime();
    T result = statement.get();
    times.put(step, (System.nanoTime() - begun) / 1e6);
    return result;
  }

  private static Outcome closed(Claim claim) {
    return Outcome.of(
        claim,
        new Decision.Closed(Optional.of(TradeState.CLOSED)),
        List.of(exchange(Operation.CLOSE, 204), exchange(Operation.QUERY, 200)));
  }

  private static Exchange exchange(Operation operation, int status) {
    return new Exchange(
        UUID.randomUUID(),
        operation,
        Instant.now(),
        Stage.DELAY,
        "api.mch.weixin.qq.com",
        OptionalInt.of(status),
        Optional.empty(),
        Optional.empty(),
        Optional.of("08F7A0B5BE0610E70418E0E7C0582085AC012896-0"),
        true);
  }
}
