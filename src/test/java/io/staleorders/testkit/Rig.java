package io.staleorders.testkit;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.order.Backoff;
import io.staleorders.order.CloseDecider;
import io.staleorders.order.MerchantId;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.sandbox.SandboxKeys;
import io.staleorders.store.ClaimStore;
import io.staleorders.store.Databases;
import io.staleorders.store.DueStore;
import io.staleorders.store.LookStore;
import io.staleorders.store.PauseStore;
import io.staleorders.store.RateStore;
import io.staleorders.store.RecordStore;
import io.staleorders.store.ScanStore;
import io.staleorders.store.ShopStore;
import io.staleorders.store.ShopTable;
import io.staleorders.sweep.CallRate;
import io.staleorders.sweep.DatabaseWatch;
import io.staleorders.sweep.Faults;
import io.staleorders.sweep.Stores;
import io.staleorders.sweep.Sweep;
import io.staleorders.wechatpay.ApiV3Key;
import io.staleorders.wechatpay.Endpoints;
import io.staleorders.wechatpay.WechatPay;
import io.staleorders.wechatpay.WechatPayAccount;
import io.staleorders.wechatpay.WechatPayPublicKey;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;

/**
 * The whole service but its schedule, on a real PostgreSQL and against the sandbox on a real port.
 * The shop's clock is everybody's: it moves when a test moves it.
 */
public final class Rig implements AutoCloseable {
  private final Shop shop;
  private final SettableClock clock;
  private final Sandbox sandbox;
  private final HikariDataSource pool;
  private Options options = Options.defaults();
  private Optional<Sweep> sweep = Optional.empty();

  private Rig(Shop shop) {
    this.shop = shop;
    this.clock = new SettableClock(shop.now());
    this.sandbox = Sandbox.start(clock);
    this.pool =
        Databases.pool(
            shop.database().jdbcUrl(),
            Optional.of(shop.database().user()),
            Optional.of(shop.database().password()),
            8,
            "rig");
  }

  /** An empty shop, and the service for it. */
  public static Rig open() {
    return open(Shop.open());
  }

  /** The service for this shop. */
  public static Rig open(Shop shop) {
    return new Rig(shop);
  }

  public Shop shop() {
    return shop;
  }

  public Sandbox sandbox() {
    return sandbox;
  }

  /** Connections as the service opens them. */
  public DataSource pool() {
    return pool;
  }

  /** Moves everybody's clock on. */
  public void advance(Duration by) {
    shop.advance(by);
    clock.set(shop.now());
  }

  /** Moves everybody's clock to the moment when the order is to be tried next, if that is later. */
  public void advanceToNextAttempt(String outTradeNo) {
    Duration wait = shop.untilNextAttempt(outTradeNo).plusMillis(1);
    if (wait.isPositive()) {
      advance(wait);
    }
  }

  /** Sets this machine's clock alone. */
  public SettableClock clock() {
    return clock;
  }

  /** Runs one sweep to its end. */
  public Duration sweep() {
    return service().run();
  }

  /** Starts the service anew with other options; claims of the old one stand until they end. */
  public void restart(Options with) {
    stop();
    options = with;
  }

  /** Stops the service in an orderly way. */
  public void stop() {
    sweep.ifPresent(Sweep::close);
    sweep = Optional.empty();
  }

  /** The sweep that {@link #sweep()} runs. */
  public Sweep service() {
    Sweep service = sweep.orElseGet(() -> copy("copy-1", pool));
    sweep = Optional.of(service);
    return service;
  }

  /** Another copy of the service, which the caller closes. */
  public Sweep copy(String instanceId, DataSource dataSource) {
    MerchantId spMchid = new MerchantId(sandbox.keys().spMchid());
    Stores stores = stores(instanceId, dataSource, spMchid);
    DatabaseWatch watch = new DatabaseWatch(() -> {}, stores::probe);
    Faults faults = new Faults(stores.pauses(), watch);
    CallRate rate = new CallRate(stores.rate(), options.closeRate(), watch, faults::asking);
    return new Sweep(
        stores,
        options.sweep(),
        spMchid,
        client(spMchid).closeClient(),
        new CloseDecider(options.policy()),
        new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(30), new Random(42)),
        new Sweep.Shared(watch, rate, faults, clock));
  }

  private Stores stores(String instanceId, DataSource dataSource, MerchantId spMchid) {
    ShopTable table = shop.table(options.mapping()).withNow(options.present());
    Jdbi jdbi = Databases.jdbi(dataSource);
    ShopStore shopStore = new ShopStore(jdbi, table, spMchid);
    return new Stores(
        new LookStore(jdbi, table),
        new ScanStore(jdbi, table, spMchid, options.reopensNotFound(), 500),
        new DueStore(jdbi, table, 500),
        new ClaimStore(jdbi, table, instanceId, options.lease()),
        shopStore,
        new RecordStore(jdbi, table, shopStore, spMchid, instanceId),
        new RateStore(jdbi, options.closeRate()),
        new PauseStore(jdbi, table, Duration.ofSeconds(30), Duration.ofMinutes(30)));
  }

  private WechatPay client(MerchantId spMchid) {
    SandboxKeys keys = sandbox.keys();
    return WechatPay.connect(
        new WechatPayAccount(
            spMchid,
            keys.merchantSerial(),
            keys.merchantPrivateKey(),
            options.areByCertificates()
                ? Optional.empty()
                : Optional.of(
                    new WechatPayPublicKey(keys.publicKeyId(), keys.wechatPayPublicKey())),
            options.areByCertificates()
                ? Optional.of(ApiV3Key.of(keys.apiV3Key()))
                : Optional.empty()),
        new Endpoints(
            URI.create(sandbox.baseUrl()),
            Optional.of(URI.create(sandbox.backupUrl())),
            options.callTimeout()),
        clock);
  }

  @Override
  public void close() {
    stop();
    sandbox.close();
    pool.close();
  }
}
