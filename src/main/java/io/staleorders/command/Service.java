package io.staleorders.command;

import com.zaxxer.hikari.HikariDataSource;
import io.staleorders.config.Settings;
import io.staleorders.order.Backoff;
import io.staleorders.order.CloseDecider;
import io.staleorders.order.ClosePolicy.NotFoundRule;
import io.staleorders.order.MerchantId;
import io.staleorders.store.ClaimStore;
import io.staleorders.store.Databases;
import io.staleorders.store.DueStore;
import io.staleorders.store.HeartbeatStore;
import io.staleorders.store.LookStore;
import io.staleorders.store.NamedStore;
import io.staleorders.store.PauseStore;
import io.staleorders.store.RateStore;
import io.staleorders.store.RecordStore;
import io.staleorders.store.ReportStore;
import io.staleorders.store.RetentionStore;
import io.staleorders.store.ScanStore;
import io.staleorders.store.ShopStore;
import io.staleorders.store.ShopTable;
import io.staleorders.store.ShopTableReader;
import io.staleorders.sweep.CallRate;
import io.staleorders.sweep.DatabaseWatch;
import io.staleorders.sweep.DryRun;
import io.staleorders.sweep.Faults;
import io.staleorders.sweep.Heartbeat;
import io.staleorders.sweep.Retention;
import io.staleorders.sweep.Stores;
import io.staleorders.sweep.Sweep;
import io.staleorders.sweep.SweepSettings;
import io.staleorders.wechatpay.ApiV3Key;
import io.staleorders.wechatpay.Endpoints;
import io.staleorders.wechatpay.WechatPay;
import io.staleorders.wechatpay.WechatPayAccount;
import io.staleorders.wechatpay.WechatPayPublicKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/** Everything put together: the one place where the parts learn of each other. */
final class Service implements AutoCloseable {
  /** Most rows of the shop's table that one page of a scan reads. */
  private static final int SCAN_PAGE = 1_000;

  private static final int RETENTION_BATCH = 500;

  private final HikariDataSource pool;
  private final Sweep sweep;
  private final DryRun dryRun;
  private final Heartbeat heartbeat;
  private final Retention retention;
  private final NamedStore named;
  private final Runnable look;
  private final ReportStore reports;
  private final WechatPay wechatPay;
  private final CallRate rate;

  private Service(
      Settings settings, HikariDataSource pool, ShopTable table, Runnable databaseAnswered) {
    this.pool = pool;
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
            new ClaimStore(jdbi, table, instanceId, close.lease()),
            shop,
            new RecordStore(jdbi, table, shop, spMchid, instanceId),
            new RateStore(jdbi, close.rate()),
            new PauseStore(jdbi, table, settings.pause().first(), settings.pause().max()));
    DatabaseWatch database = new DatabaseWatch(databaseAnswered);
    this.look = () -> database.ask(() -> stores.look().look(false));
    Faults faults = new Faults(stores.pauses(), database);
    this.rate = new CallRate(stores.rate(), close.rate(), database, faults::pausedScopes);
    this.wechatPay = WechatPay.connect(account(settings), endpoints(settings), clock);
    this.sweep =
        new Sweep(
            stores,
            sweepSettings(settings),
            spMchid,
            wechatPay.closeClient(),
            new CloseDecider(close.policy()),
            new Backoff(settings.retry().first(), settings.retry().max(), new Random()),
            new Sweep.Shared(database, rate, faults, clock));
    this.dryRun =
        new DryRun(
            new DueStore(jdbi, table, SCAN_PAGE),
            shop,
            wechatPay.closeClient(),
            rate,
            database,
            new DryRun.Choices(
                spMchid,
                close.policy(),
                settings.orders().statuses().paid().isPresent(),
                settings.retry().max()));
    this.heartbeat = new Heartbeat(new HeartbeatStore(jdbi, table), database, rate);
    this.retention =
        new Retention(
            new RetentionStore(jdbi, table, settings.service().historyRetention(), RETENTION_BATCH),
            database);
    this.named = new NamedStore(jdbi, table, spMchid);
    this.reports = new ReportStore(jdbi, table);
  }

  /**
   * Opens the database, brings our schema up to date if that is wanted, and looks whether the
   * shop's table is as the settings say.
   *
   * @param databaseAnswered called whenever the database has answered
   */
  static Opened open(Settings settings, Runnable databaseAnswered) {
    HikariDataSource pool = Pools.open(settings.database(), settings.service().instanceId());
    Opened opened = open(settings, pool, databaseAnswered);
    if (!(opened instanceof Opened.Ready)) {
      pool.close();
    }
    return opened;
  }

  private static Opened open(Settings settings, HikariDataSource pool, Runnable databaseAnswered) {
    Optional<String> silent = Pools.unreachable(pool);
    if (silent.isPresent()) {
      return new Opened.Unreachable(silent.get());
    }
    try {
      return switch (ShopTableReader.read(Databases.jdbi(pool), Mapping.of(settings))) {
        case ShopTableReader.Outcome.Unusable unusable -> new Opened.Unusable(unusable.problems());
        case ShopTableReader.Outcome.Usable usable -> {
          List<String> problems = Pools.schema(pool, settings.service().migrateOnStart());
          yield problems.isEmpty()
              ? new Opened.Ready(new Service(settings, pool, usable.table(), databaseAnswered))
              : new Opened.Unusable(problems);
        }
      };
    } catch (JdbiException e) {
      return new Opened.Unreachable(Pools.message(e));
    }
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

  /** Asks the database, where nothing else would for a long time: a dry run waits. */
  void look() {
    look.run();
  }

  ReportStore.Report report(Duration since) {
    return reports.report(since);
  }

  /** Downloads the platform certificates, where they are used; a failure is logged. */
  void refreshCertificates() {
    wechatPay.certificates().ifPresent(certificates -> certificates.refresh(rate::take));
  }

  /** Calls under way end within the grace and are recorded; then the connections are closed. */
  @Override
  public void close() {
    dryRun.close();
    sweep.close();
    pool.close();
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
