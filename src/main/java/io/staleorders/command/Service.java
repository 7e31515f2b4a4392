package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Settings;
import io.staleorders.order.Backoff;
import io.staleorders.order.CloseDecider;
import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.MerchantId;
import io.staleorders.store.ClaimStore;
import io.staleorders.store.Databases;
import io.staleorders.store.DryRunStore;
import io.staleorders.store.DueStore;
import io.staleorders.store.HeartbeatStore;
import io.staleorders.store.LookStore;
import io.staleorders.store.NamedStore;
import io.staleorders.store.OpenStore;
import io.staleorders.store.PauseStore;
import io.staleorders.store.RateStore;
import io.staleorders.store.RecordStore;
import io.staleorders.store.RetentionStore;
import io.staleorders.store.ScanStore;
import io.staleorders.store.ShopStore;
import io.staleorders.store.ShopTable;
import io.staleorders.sweep.CallRate;
import io.staleorders.sweep.DatabaseWatch;
import io.staleorders.sweep.DryRun;
import io.staleorders.sweep.Faults;
import io.staleorders.sweep.Heartbeat;
import io.staleorders.sweep.Retention;
import io.staleorders.sweep.StopDeadline;
import io.staleorders.sweep.Stores;
import io.staleorders.sweep.Sweep;
import io.staleorders.sweep.SweepSettings;
import io.staleorders.wechatpay.ApiV3Key;
import io.staleorders.wechatpay.Endpoints;
import io.staleorders.wechatpay.WechatPay;
import io.staleorders.wechatpay.WechatPayAccount;
import io.staleorders.wechatpay.WechatPayPublicKey;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.locks.ReentrantLock;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** Everything put together: the one place where the parts learn of each other. */
final class Service {
  /** Most rows of the shop's table that one page of a scan reads. */
  private static final int SCAN_PAGE = 1_000;

  private static final int RETENTION_BATCH = 500;

  private final HikariDataSource pool;
  private final DatabaseWatch database;
  private final Sweep sweep;
  private final DryRun dryRun;
  private final Heartbeat heartbeat;
  private final Retention retention;
  private final NamedStore named;
  private final OpenStore open;
  private final WechatPay wechatPay;
  private final CallRate rate;
  private final ReentrantLock stopping = new ReentrantLock();
  private boolean stopped;

  private Service(Settings settings, ShopDatabase opened, boolean dry, Runnable databaseAnswered) {
    this.pool = opened.pool();
    ShopTable table = opened.table();
    Jdbi jdbi = Databases.jdbi(pool);
    InstantSource clock = InstantSource.system();
    MerchantId spMchid = settings.wechatPay().spMchid();
    String instanceId = settings.service().instanceId();
    Settings.Close close = settings.close();
    ShopStore shop = new ShopStore(jdbi, table, spMchid);
    Stores stores =
        new Stores(
            new LookStore(jdbi, table),
            new ScanStore(jdbi, table, spMchid, close.notFound() != NotFoundRule.KEEP, SCAN_PAGE),
            new DueStore(jdbi, table, SCAN_PAGE),
            new ClaimStore(jdbi, table, instanceId, close.lease()),
            shop,
            new RecordStore(jdbi, table, shop, spMchid, instanceId),
            new RateStore(jdbi, close.rate()),
            new PauseStore(jdbi, table, settings.pause().first(), settings.pause().max()));
    this.database = new DatabaseWatch(databaseAnswered, dry ? stores.shop()::probe : stores::probe);
    Faults faults = new Faults(stores.pauses(), database);
    CallRate sharedRate = new CallRate(stores.rate(), close.rate(), database, faults::asking);
    this.wechatPay = WechatPay.connect(account(settings), endpoints(settings), clock);
    this.sweep =
        new Sweep(
            stores,
            sweepSettings(settings),
            spMchid,
            wechatPay.closeClient(),
            new CloseDecider(close.policy()),
            new Backoff(settings.retry().first(), settings.retry().max(), new Random()),
            new Sweep.Shared(database, sharedRate, faults, clock));
    this.dryRun =
        new DryRun(
            new DryRun.Stores(
                new DueStore(jdbi, table, SCAN_PAGE),
                new DryRunStore(jdbi),
                dry ? ShopStore.forDryRun(jdbi, table, spMchid) : shop),
            wechatPay.closeClient(),
            database,
            clock,
            dryRunChoices(settings));
    this.rate = dry ? dryRun.rate() : sharedRate;
    this.heartbeat = new Heartbeat(new HeartbeatStore(jdbi, table), database, sharedRate);
    this.retention =
        new Retention(
            new RetentionStore(jdbi, table, settings.service().historyRetention()),
            RETENTION_BATCH);
    this.named = new NamedStore(jdbi, table, spMchid);
    this.open = new OpenStore(jdbi, table);
  }

  /**
   * Opens the database, brings our schema up to date if that is wanted, and looks whether the
   * shop's table is as the settings say.
   *
   * @param dry whether it is for a dry run, which writes nothing and needs no schema of ours
   * @param databaseAnswered called whenever the database has answered
   */
  static Opened<Service> open(Settings settings, boolean dry, Runnable databaseAnswered) {
    Settings.Service service = settings.service();
    Opened<ShopDatabase> opened =
        dry
            ? ShopDatabase.openForDryRun(settings, service.instanceId())
            : ShopDatabase.open(settings, service.migrateOnStart(), service.instanceId());
    return switch (opened) {
      case Opened.Ready<ShopDatabase> ready ->
          ready(settings, ready.opened(), dry, databaseAnswered);
      case Opened.Unusable<ShopDatabase> unusable -> new Opened.Unusable<>(unusable.problems());
      case Opened.Refused<ShopDatabase> refused ->
          new Opened.Refused<>(refused.problem(), refused.sqlState());
      case Opened.Unreachable<ShopDatabase> away ->
          new Opened.Unreachable<>(away.message(), away.sqlState(), away.exitCode());
    };
  }

  private static Opened<Service> ready(
      Settings settings, ShopDatabase opened, boolean dry, Runnable databaseAnswered) {
    try {
      return new Opened.Ready<>(new Service(settings, opened, dry, databaseAnswered));
    } catch (JdbiException e) {
      opened.close();
      return Pools.failed(e);
    }
  }

  private static DryRun.Choices dryRunChoices(Settings settings) {
    Settings.Close close = settings.close();
    return new DryRun.Choices(
        settings.wechatPay().spMchid(),
        close.policy(),
        settings.orders().statuses().paid().isPresent(),
        close.concurrency(),
        close.rate(),
        settings.wechatPay().timeout(),
        close.delay(),
        settings.pause().first(),
        settings.pause().max(),
        settings.retry().max());
  }

  Sweep sweep() {
    return sweep;
  }

  DryRun dryRun() {
    return dryRun;
  }

  Heartbeat heartbeat() {
    return heartbeat;
  }

  Retention retention() {
    return retention;
  }

  NamedStore named() {
    return named;
  }

  OpenStore open() {
    return open;
  }

  /** Downloads the platform certificates, where they are used; a failure is logged. */
  void refreshCertificates() {
    wechatPay.certificates().ifPresent(certificates -> certificates.refresh(rate::take));
  }

  /** Whether the shop has changed its table, so that the statements do not suit it any more. */
  boolean isTableChanged() {
    return database.isTableChanged();
  }

  /** Starts nothing more; calls in flight end within the grace and are recorded. */
  void stop(StopDeadline deadline) {
    stopping.lock();
    try {
      if (!stopped) {
        retention.stop();
        dryRun.stop(deadline);
        sweep.stop(deadline);
        stopped = true;
      }
    } finally {
      stopping.unlock();
    }
  }

  /** Stops, and closes the connections; what uses one longer than the deadline is cut off. */
  void close(StopDeadline deadline) {
    stop(deadline);
    database.end();
    Thread closing = Thread.ofPlatform().name("end-of-connections").daemon().start(pool::close);
    try {
      closing.join(deadline.toClose());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** For a question about an order that cannot exist: no sub-merchant need be known. */
  static MerchantId anySubMerchant(Settings settings) {
    return switch (settings.orders().subMchid()) {
      case Settings.SubMchid.Fixed fixed -> fixed.mchid();
      case Settings.SubMchid.Column column -> settings.wechatPay().spMchid();
    };
  }

  static WechatPayAccount account(Settings settings) {
    Settings.WechatPay wechatPay = settings.wechatPay();
    return new WechatPayAccount(
        wechatPay.spMchid(),
        wechatPay.certSerialNo(),
        wechatPay.privateKey(),
        wechatPay.publicKey().map(key -> new WechatPayPublicKey(key.id(), key.key())),
        wechatPay.apiV3Key().map(key -> ApiV3Key.of(key.reveal())));
  }

  static Endpoints endpoints(Settings settings) {
    Settings.WechatPay wechatPay = settings.wechatPay();
    return new Endpoints(wechatPay.baseUrl(), wechatPay.backupBaseUrl(), wechatPay.timeout());
  }

  private static SweepSettings sweepSettings(Settings settings) {
    Settings.Close close = settings.close();
    return new SweepSettings(
        close.confirm(),
        close.concurrency(),
        close.batchSize(),
        close.lease(),
        settings.wechatPay().timeout(),
        close.delay(),
        settings.schedule().sweepInterval(),
        settings.schedule().fullScanInterval(),
        settings.service().shutdownGrace());
  }
}
