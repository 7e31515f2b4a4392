package io.staleorders.testkit;

import io.staleorders.order.Backoff;
import io.staleorders.order.CloseDecider;
import io.staleorders.order.ClosePolicy;
import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.MerchantId;
import io.staleorders.sandbox.Sandbox;
import io.staleorders.store.ClaimStore;
import io.staleorders.store.LookStore;
import io.staleorders.store.OrdersMapping;
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
import io.staleorders.sweep.SweepSettings;
import io.staleorders.wechatpay.Endpoints;
import io.staleorders.wechatpay.WechatPay;
import io.staleorders.wechatpay.WechatPayAccount;
import io.staleorders.wechatpay.WechatPayPublicKey;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import javax.sql.DataSource;

/**
 * The whole service but its schedule, on a real PostgreSQL and against the sandbox on a real port.
 * The shop's clock is everybody's: it moves when a test moves it.
 */
public final class Rig implements AutoCloseable {
  private final Shop shop;
  private final SettableClock clock;
  private final Sandbox sandbox;
  private Options options = Options.DEFAULT;
  private Optional<Sweep> sweep = Optional.empty();

  /** What tests set otherwise than the service's defaults. */
  public record Options(
      boolean confirm,
      NotFoundRule notFound,
      double closeRate,
      Duration callTimeout,
      Duration lease,
      OrdersMapping mapping) {

    public static final Options DEFAULT =
        new Options(
            true,
            NotFoundRule.AUTO,
            1_000,
            Duration.ofSeconds(2),
            Duration.ofSeconds(60),
            Shop.mapping());

    public Options confirm(boolean on) {
      return new Options(on, notFound, closeRate, callTimeout, lease, mapping);
    }

    public Options notFound(NotFoundRule rule) {
      return new Options(confirm, rule, closeRate, callTimeout, lease, mapping);
    }

    public Options closeRate(double perSecond) {
      return new Options(confirm, notFound, perSecond, callTimeout, lease, mapping);
    }

    public Options callTimeout(Duration timeout) {
      return new Options(confirm, notFound, closeRate, timeout, lease, mapping);
    }

    public Options mapping(OrdersMapping other) {
      return new Options(confirm, notFound, closeRate, callTimeout, lease, other);
    }
  }

  private Rig(Shop shop) {
    this.shop = shop;
    this.clock = new SettableClock(shop.now());
    this.sandbox = Sandbox.start(clock);
  }

  /** An empty shop, and the service for it. */
  public static Rig open() {
    return new Rig(Shop.open());
  }

  public Shop shop() {
    return shop;
  }

  public Sandbox sandbox() {
    return sandbox;
  }

  /** Moves everybody's clock on. */
  public void advance(Duration by) {
    shop.advance(by);
    clock.set(shop.now());
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
    Sweep service = sweep.orElseGet(() -> copy("copy-1", shop.database().dataSource()));
    sweep = Optional.of(service);
    return service;
  }

  /** Another copy of the service, which the caller closes. */
  public Sweep copy(String instanceId, DataSource dataSource) {
    MerchantId spMchid = new MerchantId(sandbox.keys().spMchid());
    ShopTable table = shop.table(options.mapping());
    var jdbi = io.staleorders.store.Databases.jdbi(dataSource);
    ShopStore shopStore = new ShopStore(jdbi, table, spMchid);
    Stores stores =
        new Stores(
            new LookStore(jdbi, table),
            new ScanStore(jdbi, table, spMchid, options.notFound() != NotFoundRule.KEEP, 500),
            new ClaimStore(jdbi, table, instanceId, options.lease()),
            shopStore,
            new RecordStore(jdbi, table, shopStore, spMchid, instanceId),
            new RateStore(jdbi, options.closeRate()),
            new PauseStore(jdbi, table, Duration.ofSeconds(30), Duration.ofMinutes(30)));
    DatabaseWatch watch = new DatabaseWatch(() -> {});
    Faults faults = new Faults(stores.pauses(), watch);
    CallRate rate = new CallRate(stores.rate(), options.closeRate(), watch, faults::pausedScopes);
    WechatPayAccount account =
        new WechatPayAccount(
            spMchid,
            sandbox.keys().merchantSerial(),
            sandbox.keys().merchantPrivateKey(),
            Optional.of(
                new WechatPayPublicKey(
                    sandbox.keys().publicKeyId(), sandbox.keys().wechatPayPublicKey())),
            Optional.empty());
    WechatPay wechatPay =
        WechatPay.connect(
            account,
            new Endpoints(
                URI.create(sandbox.baseUrl()),
                Optional.of(URI.create(sandbox.backupUrl())),
                options.callTimeout()),
            clock);
    return new Sweep(
        stores,
        new SweepSettings(
            options.confirm(),
            64,
            500,
            options.lease(),
            options.callTimeout(),
            options.mapping().closeDelay(),
            Duration.ofSeconds(30),
            Duration.ofMinutes(10),
            Duration.ofSeconds(2)),
        spMchid,
        wechatPay.closeClient(),
        new CloseDecider(
            new ClosePolicy(options.confirm(), options.notFound(), Duration.ofDays(7))),
        new Backoff(Duration.ofSeconds(10), Duration.ofMinutes(30), new Random(42)),
        new Sweep.Shared(watch, rate, faults, clock));
  }

  @Override
  public void close() {
    stop();
    sandbox.close();
  }
}
